// People: found, added, given and taken roles, signed out, disabled.

import { addressWith, ask, Refusal } from "../../api/ask";
import { confirmFirst, openDialog } from "../../ui/dialog";
import { element } from "../../ui/dom";
import { textField } from "../../ui/fields";
import { List, rowButton, type Page } from "./list";
import { DivisionPicker, placeLabel } from "./pickers";
import { openRoles, roleText } from "./roles";
import { a, named, type Desk, type Person } from "./texts";

const ROLES = ["teacher", "host", "reviewer", "manager", "administrator"];
const PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"; // none that looks like another
const PASSWORD_LENGTH = 12;

export function madePassword(): string {
  const numbers = crypto.getRandomValues(new Uint32Array(PASSWORD_LENGTH));
  const letters = [...numbers].map((number) => PASSWORD_LETTERS[number % PASSWORD_LETTERS.length]);
  return letters.join("").replace(/(.{4})(?=.)/g, "$1-");
}

export function peopleSection(desk: Desk, given: Record<string, string>): HTMLElement {
  const again = () => list.load();
  const add = element("button", { type: "button", class: "button", id: "add", onclick: () => openAdd(desk, again) }, a("addPerson"));
  const list: List<Person> = new List<Person>(desk, {
    given,
    filters: [
      { name: "q", label: a("person") },
      { name: "role", label: a("role"), choices: ROLES.map((role) => [role, named("role", role)]) },
    ],
    columns: [
      { name: a("name"), cell: (person) => [element("strong", {}, person.name), element("small", { class: "quiet" }, person.login)] },
      { name: a("place"), cell: (person) => placeLabel("divisions", person.division || null) },
      { name: a("roles"), cell: rolesCell },
      { name: a("state"), cell: stateCell },
      { name: a("actions"), cell: (person) => actions(desk, person, again) },
    ],
    key: (person) => person.login,
    load: (filters, cursor) => ask<Page<Person>>("GET", addressWith("/api/v1/people", { ...filters, cursor })),
    buttons: [add],
  });
  return list.place;
}

function rolesCell(person: Person): Node[] {
  if (person.roles.length === 0) return [element("span", { class: "quiet" }, a("noRoles"))];
  return person.roles.map((role) => element("span", { class: "role" }, ...roleText(role)));
}

function stateCell(person: Person): Node[] {
  const cells: Node[] = [];
  if (person.is_disabled) cells.push(element("span", { class: "state state-failed" }, a("disabled")));
  if (person.has_totp) cells.push(element("span", { class: "state state-ready" }, a("hasFactor")));
  return cells;
}

function actions(desk: Desk, person: Person, again: () => Promise<void>): Node[] {
  const more = () => openMore(desk, person, again);
  return [
    rowButton(a("roles"), person.name, () => openRoles(desk, person.id, again)),
    element("button", { type: "button", class: "row-button", "aria-label": a("morePerson", { name: person.name }), onclick: more }, a("more")),
  ];
}

/** A field of a new password, with a button that makes one up. */
function passwordField() {
  const field = textField(a("password"), { id: "new-password", complete: "new-password", required: true, hint: a("passwordHint") });
  const make = () => (field.control.value = madePassword());
  field.box.append(element("button", { type: "button", class: "row-button", id: "make-password", onclick: make }, a("makePassword")));
  return field;
}

/** A form in a dialog: `run` saves; what it throws is told in the dialog. */
function openForm(desk: Desk, title: string, boxes: HTMLElement[], button: string, run: () => Promise<string>): void {
  const message = element("p", { class: "form-message", role: "alert" });
  const submit = (event: Event) => {
    event.preventDefault();
    run().then(
      (text) => {
        close();
        void desk.tell(() => Promise.resolve(text));
      },
      (error: unknown) => (message.textContent = error instanceof Refusal && error.status > 0 ? error.message : a("offline")),
    );
  };
  const form = element("form", { class: "form", onsubmit: submit }, ...boxes, message, element("button", { type: "submit", class: "button" }, button));
  const close = openDialog(title, a("close"), [form]);
}

function openAdd(desk: Desk, again: () => Promise<void>): void {
  const login = textField(a("login"), { id: "new-login", required: true, hint: a("loginHint"), max: 64 });
  const name = textField(a("name"), { id: "new-name", required: true, max: 64 });
  const password = passwordField();
  const own = desk.session.person?.roles.find((role) => role.division)?.division;
  const place = new DivisionPicker(a("place"), own ?? "");
  openForm(desk, a("addPerson"), [login.box, name.box, password.box, place.box], a("save"), async () => {
    const body = { login: login.control.value.trim(), name: name.control.value.trim(), password: password.control.value, division: place.value };
    const person = await ask<Person>("POST", "/api/v1/people", body);
    void again();
    setTimeout(() => openRoles(desk, person.id, again)); // after this dialog has gone
    return a("personAdded", { name: person.name });
  });
}

/** What is seldom done to a person. */
function openMore(desk: Desk, person: Person, again: () => Promise<void>): void {
  const { name } = person;
  const address = `/api/v1/people/${person.id}`;
  const button = (text: string, run: () => void) => element("button", { type: "button", class: "button button-quiet", onclick: run }, text);
  const step = async (question: string | null, run: () => Promise<unknown>, done: string) => {
    close();
    if (question && !(await confirmFirst({ title: name, text: question, yes: a("sure"), no: a("cancel") }))) return;
    await desk.tell(async () => {
      await run();
      return done;
    });
    await again();
  };
  const change = (body: object) => () => ask("PATCH", address, body);
  const close = openDialog(name, a("close"), [
    element(
      "div",
      { class: "ways" },
      button(a("edit"), () => {
        close();
        openEdit(desk, person, again);
      }),
      button(a("resetPassword"), () => {
        close();
        openPassword(desk, person);
      }),
      button(a("signOutAll"), () => void step(a("signOutSure", { name }), () => ask("DELETE", `${address}/credentials`), a("signedOutAll"))),
      ...(person.has_totp
        ? [button(a("resetFactor"), () => void step(a("resetFactorSure", { name }), change({ reset_totp: true }), a("factorOff")))]
        : []),
      person.is_disabled
        ? button(a("enable"), () => void step(null, change({ is_disabled: false }), a("enabled")))
        : button(a("disable"), () => void step(a("disableSure", { name }), change({ is_disabled: true }), a("disabled"))),
    ),
  ]);
}

function openEdit(desk: Desk, person: Person, again: () => Promise<void>): void {
  const name = textField(a("name"), { required: true, value: person.name, max: 64 });
  const place = new DivisionPicker(a("place"), person.division);
  openForm(desk, person.login, [name.box, place.box], a("save"), async () => {
    await ask("PATCH", `/api/v1/people/${person.id}`, { name: name.control.value.trim(), division: place.value });
    void again();
    return a("saved");
  });
}

function openPassword(desk: Desk, person: Person): void {
  const password = passwordField();
  openForm(desk, person.name, [password.box], a("resetPassword"), async () => {
    await ask("PATCH", `/api/v1/people/${person.id}`, { password: password.control.value });
    return a("passwordSet");
  });
}
