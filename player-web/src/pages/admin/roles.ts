// The roles of a person: what they hold, taking one back, giving one at an institution or over a division.

import { addressWith, ask, Refusal } from "../../api/ask";
import { openDialog } from "../../ui/dialog";
import { element, fill } from "../../ui/dom";
import { choiceField } from "../../ui/fields";
import { rowButton } from "./list";
import { DivisionPicker, InstitutionPicker, placeLabel } from "./pickers";
import { a, named, type Desk, type Person, type Role } from "./texts";

const ROLES = ["teacher", "host", "reviewer", "manager", "administrator"];

/** "Manager · East District". */
export function roleText(role: Role): (Node | string)[] {
  const place = role.institution_id
    ? placeLabel("institutions", role.institution_id)
    : role.division
      ? placeLabel("divisions", role.division)
      : a("whereEverywhere");
  return [named("role", role.role), " · ", place];
}

export function openRoles(desk: Desk, id: string, again: () => Promise<void>): void {
  const address = `/api/v1/people/${id}`;
  const held = element("ul", { class: "chosen", id: "held-roles" });
  const message = element("p", { class: "form-message", role: "status" });
  const step = async (run: () => Promise<Person>, done: string) => {
    try {
      const person = await run();
      message.textContent = done;
      draw(person);
      void again();
    } catch (error) {
      message.textContent = error instanceof Refusal && error.status > 0 ? error.message : a("offline");
    }
  };
  const take = (role: Role) => {
    const { division, institution_id: institution } = role;
    const target = addressWith(`${address}/roles`, { role: role.role, division, institution_id: institution });
    void step(() => ask<Person>("DELETE", target), a("roleTaken"));
  };
  const draw = (person: Person) => {
    const entry = (role: Role) =>
      element("li", {}, element("span", {}, ...roleText(role)), rowButton(a("takeRole"), named("role", role.role), () => take(role), true));
    fill(held, ...(person.roles.length > 0 ? person.roles.map(entry) : [element("li", { class: "quiet" }, a("noRoles"))]));
  };
  const form = giveForm(desk, (body) => void step(() => ask<Person>("POST", `${address}/roles`, body), a("roleGiven")), (text) => {
    message.textContent = text;
  });
  void desk.tell(async () => {
    const person = await ask<Person>("GET", address);
    draw(person);
    openDialog(a("rolesOf", { name: person.name }), a("close"), [held, form, message]);
    return null;
  });
}

type Give = (body: Record<string, string>) => void;

function giveForm(desk: Desk, give: Give, say: (text: string) => void): HTMLElement {
  const role = choiceField(a("role"), ROLES.map((each) => [each, named("role", each)]), "teacher", { id: "give-role" });
  const ways: [string, string][] = [
    ["institution", a("whereInstitution")],
    ["division", a("whereDivision")],
  ];
  const isEverywhere = desk.session.person?.roles.some((each) => each.role === "administrator" && !each.division && !each.institution_id);
  if (isEverywhere) ways.push(["everywhere", a("whereEverywhere")]);
  const where = choiceField(a("where"), ways, "division", { id: "give-where" });
  const institution = new InstitutionPicker(a("institution"));
  const own = desk.session.person?.roles.find((each) => each.division)?.division;
  const division = new DivisionPicker(a("division"), own ?? "");
  const show = () => {
    institution.box.hidden = where.control.value !== "institution";
    division.box.hidden = where.control.value !== "division";
  };
  where.control.addEventListener("change", show);
  show();
  const submit = async (event: Event) => {
    event.preventDefault();
    const body: Record<string, string> = { role: role.control.value };
    if (where.control.value === "division") body.division = division.value;
    if (where.control.value === "institution") {
      const id = await institution.chosen();
      if (!id) return say(a("institutionUnknown"));
      body.institution_id = id;
    }
    if (where.control.value === "division" && !division.value) return say(a("divisionMissing"));
    give(body);
  };
  return element(
    "form",
    { class: "form", onsubmit: (event) => void submit(event) },
    role.box,
    where.box,
    institution.box,
    division.box,
    element("button", { type: "submit", class: "button" }, a("giveRole")),
  );
}
