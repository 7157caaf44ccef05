// Who watches: the person that a phone has signed in, the room that was joined, or nobody.

import { ask, get, keepToken } from "./ask";
import { dropOwn, setOwner } from "./progress";
import type { Room, Session } from "./types";

/** null: the server did not say. */
export function loadSession(done: (session: Session | null) => void): void {
  get("/api/v1/session", (answer) => {
    const session = answer.status === 200 ? (answer.body as Session) : null;
    if (session) setOwner(session.person ? session.person.id : "");
    done(session);
  });
}

/** The room that was joined; null: none, or it cannot be read. */
export function loadRoom(session: Session, done: (room: Room | null) => void): void {
  if (!session.room_id) {
    done(null);
    return;
  }
  get("/api/v1/rooms/" + session.room_id, (answer) => done(answer.status === 200 ? (answer.body as Room) : null));
}

/** Forgets the token, and what cookies there are. */
export function signOut(done: () => void): void {
  keepToken(null);
  dropOwn();
  ask("DELETE", "/api/v1/session", null, () => done());
}
