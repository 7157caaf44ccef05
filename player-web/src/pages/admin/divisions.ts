// The tree of divisions, to read.

import { ask } from "../../api/ask";
import { element, fill } from "../../ui/dom";
import { divisionsBelow, type Division } from "./pickers";
import { a, type Desk } from "./texts";

export function divisionsSection(desk: Desk): HTMLElement {
  const place = element("div", { class: "list" });
  const show = (parent: string) =>
    void desk.tell(async () => {
      const above = parent ? await ask<Division>("GET", `/api/v1/divisions/${parent}`) : null;
      draw(place, above, await divisionsBelow(parent), show);
      return null;
    });
  show("");
  return place;
}

function draw(place: HTMLElement, above: Division | null, divisions: Division[], show: (parent: string) => void): void {
  const open = (text: string, code: string) => element("button", { type: "button", class: "link", onclick: () => show(code) }, text);
  const row = ({ code, name, level, child_count: below }: Division) =>
    element(
      "tr",
      {},
      element("td", { "data-name": a("division") }, below > 0 ? open(name, code) : name),
      element("td", { "data-name": a("divisionCode") }, code),
      element("td", { "data-name": a("division") }, a("divisionLevel", { level })),
      element("td", { "data-name": a("divisionBelow") }, String(below)),
    );
  const heads = [a("division"), a("divisionCode"), a("divisionLevel", { level: "" }), a("divisionBelow")];
  fill(
    place,
    element("p", { class: "quiet" }, a("divisionsText")),
    above && element("p", {}, open(a("up"), above.parent ?? ""), " ", element("strong", {}, above.name)),
    divisions.length === 0
      ? element("p", { class: "quiet list-empty" }, a("empty"))
      : element(
          "table",
          {},
          element("thead", {}, element("tr", {}, ...heads.map((name) => element("th", { scope: "col" }, name)))),
          element("tbody", {}, ...divisions.map(row)),
        ),
  );
}
