// Where the sign-language window stands over the picture, how large it is, and how it keeps in step. Pure.

/** `x` and `y` are shares of the room that is left: 0 at the left and top, 1 at the right and bottom. */
export interface SignPlace {
  isShown: boolean;
  share: number; // of the picture's area
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Box extends Size {
  left: number;
  top: number;
}

export const SMALLEST = 1 / 12;
export const LARGEST = 1 / 2;
/** At least a sixth of the picture, so that hands and face can be read; captions and controls stay free. */
export const USUAL_PLACE: SignPlace = { isShown: true, share: 1 / 6, x: 1, y: 0 };

const JUMP_S = 1; // further apart than this: there at once
const NEAR_S = 0.04;
const HURRY = 0.25; // of the speed, at most: nobody hears it

export function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

/** Reads a stored place; what is no place is the usual one. */
export function parseSignPlace(text: string | null): SignPlace {
  try {
    const { isShown, share, x, y } = { ...USUAL_PLACE, ...(JSON.parse(text ?? "{}") as Partial<SignPlace>) };
    if (![share, x, y].every(Number.isFinite)) return USUAL_PLACE;
    return { isShown: isShown !== false, share: clamp(share, SMALLEST, LARGEST), x: clamp(x, 0, 1), y: clamp(y, 0, 1) };
  } catch {
    return USUAL_PLACE;
  }
}

/** The window in pixels of `room`; `aspect` is the width of its picture divided by the height. */
export function signBox(place: SignPlace, room: Size, aspect: number): Box {
  const wanted = Math.sqrt(place.share * room.width * room.height * aspect);
  const width = Math.min(wanted, room.width, room.height * aspect);
  const height = width / aspect;
  return { width, height, left: place.x * (room.width - width), top: place.y * (room.height - height) };
}

/** The place of a window whose corner is moved by so many pixels. */
export function movedBy(place: SignPlace, room: Size, aspect: number, right: number, down: number): SignPlace {
  const box = signBox(place, room, aspect);
  const slide = (start: number, by: number, free: number, now: number) => (free > 0 ? clamp((start + by) / free, 0, 1) : now);
  return {
    ...place,
    x: slide(box.left, right, room.width - box.width, place.x),
    y: slide(box.top, down, room.height - box.height, place.y),
  };
}

/** The place of a window that has another width; it grows away from the edges that it is near. */
export function widened(place: SignPlace, room: Size, aspect: number, width: number): SignPlace {
  return { ...place, share: clamp((width * width) / aspect / (room.width * room.height), SMALLEST, LARGEST) };
}

/** How the interpreter's picture follows: `drift` seconds ahead of the lesson (behind: less than 0) at `speed`. */
export function keepStep(drift: number, speed: number): { isJump: boolean; speed: number } {
  if (Math.abs(drift) > JUMP_S) return { isJump: true, speed };
  if (Math.abs(drift) < NEAR_S) return { isJump: false, speed };
  return { isJump: false, speed: speed * (1 - clamp(drift, -HURRY, HURRY)) };
}
