// A QR code as a drawing.

import "./typed_arrays";
import { correction, generate } from "lean-qr/nano";

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 4; // modules of white around it, for scanners

/** Black on white, of one path. */
export function qrDrawing(text: string): Element {
  const code = generate(text, { minCorrectionLevel: correction.M });
  const side = code.size + 2 * MARGIN;
  const svg = document.createElementNS(SVG, "svg");
  const ground = document.createElementNS(SVG, "rect");
  const path = document.createElementNS(SVG, "path");
  let drawn = "";
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) if (code.get(x, y)) drawn += "M" + (x + MARGIN) + " " + (y + MARGIN) + "h1v1h-1z";
  }
  svg.setAttribute("viewBox", "0 0 " + side + " " + side);
  svg.setAttribute("shape-rendering", "crispEdges");
  ground.setAttribute("width", String(side));
  ground.setAttribute("height", String(side));
  ground.setAttribute("fill", "#fff");
  path.setAttribute("d", drawn);
  path.setAttribute("fill", "#1c120d");
  svg.appendChild(ground);
  svg.appendChild(path);
  return svg;
}
