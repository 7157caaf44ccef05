// Many courses at once from a table: checked first without changing anything, then taken in; what was wrong is told row by row.

import { language } from "../i18n/language";
import { s } from "../i18n/studio";
import { element, fill } from "../ui/dom";
import { api, type ImportJob, type ImportRow, type Named } from "./api";
import { button, field, fileButton, freshId, select } from "./parts";
import { failureNote } from "./say";

const POLL_MS = 800;
const TYPES = ".csv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/** Names of fields and words as the import knows them, in simplified Chinese or English. */
const SAMPLE =
  language === "en"
    ? "title,summary,category,audiences,tags,level,status\r\nTai chi in 24 steps,From the first to the last,sports,elders|rural,tai chi,beginner,draft\r\n"
    : "标题,简介,类别,重点人群,标签,难度,状态\r\n二十四式太极拳入门,跟着老师从起势到收势,运动健身,老年人|农村居民,太极拳|养生,入门,草稿\r\n";
const BOM = "\uFEFF"; // spreadsheet programs take the table for UTF-8 then

export class ImportPanel {
  readonly box = element("section", { class: "panel studio-new studio-import", "aria-labelledby": "studio-import" });
  private readonly report = element("div", { class: "studio-report", "aria-live": "polite" });
  private readonly place: HTMLSelectElement;
  private file: File | null = null;
  private run = 0;

  /** `imported`: courses were made or changed. */
  constructor(
    places: Named[],
    private readonly imported: () => void,
    closed: () => void,
  ) {
    this.place = select(places.map(({ id, name }) => [id, name]), places[0]?.id ?? "", "institution_id");
    const sample = URL.createObjectURL(new Blob([BOM + SAMPLE], { type: "text/csv" }));
    const close = () => {
      this.run += 1; // whatever is asked for is not waited for any more
      URL.revokeObjectURL(sample);
      closed();
    };
    fill(
      this.box,
      element("h2", { id: "studio-import", tabindex: -1 }, s("import")),
      element("p", {}, s("importText")),
      places.length > 1 && field(s("institution"), this.place),
      element(
        "p",
        { class: "studio-actions" },
        fileButton(s("importChoose"), TYPES, false, (files) => void this.begin(files[0]!, true), false),
        element("a", { class: "button button-quiet", href: sample, download: s("importSampleName") }, s("importSampleGet")),
        button(s("importClose"), close),
      ),
      this.report,
    );
  }

  private async begin(file: File, isTrial: boolean): Promise<void> {
    const run = (this.run += 1);
    this.file = file;
    try {
      let job = await api.beginImport(file, isTrial, this.place.value);
      while (job.state === "waiting" || job.state === "running") {
        if (run !== this.run) return;
        this.showProgress(job);
        await new Promise((done) => window.setTimeout(done, POLL_MS));
        job = await api.import(job.id);
      }
      const rows = job.failed > 0 ? await api.failedRows(job.id) : [];
      if (run === this.run) this.showReport(job, rows);
      if (!isTrial && job.created + job.updated > 0) this.imported();
    } catch (error) {
      if (run === this.run) fill(this.report, failureNote(error));
    }
  }

  private showProgress(job: ImportJob): void {
    const total = Math.max(1, job.rows_total);
    fill(
      this.report,
      element("p", {}, job.dry_run ? s("importChecking", { name: job.name }) : s("importRunning", { name: job.name })),
      element("progress", { max: total, value: job.rows_done, "aria-label": job.name }),
    );
  }

  private showReport(job: ImportJob, rows: ImportRow[]): void {
    const counts = { created: job.created, updated: job.updated, unchanged: job.unchanged, failed: job.failed };
    const isReady = job.dry_run && job.state === "done" && job.created + job.updated > 0;
    const said = job.state === "done" ? s(job.dry_run ? "importChecked" : "importDone", counts) : s("importFailed", { reason: job.error ?? "" });
    fill(
      this.report,
      element("p", { class: job.state === "done" && job.failed === 0 ? "" : "studio-problem" }, said),
      rows.length > 0 && this.table(rows),
      job.failed > rows.length && element("p", { class: "quiet" }, s("importMore", { count: job.failed - rows.length })),
      element(
        "p",
        { class: "studio-actions" },
        isReady && button(s("importGo", { count: job.created + job.updated }), () => void this.begin(this.file!, false), false, { "data-do": "import" }),
        job.rows_total > 0 && element("a", { class: "button button-quiet", href: `/api/v1/imports/${job.id}/report.csv`, download: "" }, s("importReport")),
      ),
    );
  }

  private table(rows: ImportRow[]): HTMLElement {
    const caption = freshId("rows");
    const cells = (row: ImportRow) => [String(row.line), row.title, row.message ?? ""];
    return element(
      "div",
      { class: "studio-rows", role: "region", "aria-labelledby": caption, tabindex: 0 },
      element(
        "table",
        {},
        element("caption", { id: caption }, s("importWrong")),
        element("thead", {}, element("tr", {}, ...[s("importLine"), s("importTitle"), s("importReason")].map((text) => element("th", { scope: "col" }, text)))),
        element("tbody", {}, ...rows.map((row) => element("tr", {}, ...cells(row).map((text) => element("td", {}, text))))),
      ),
    );
  }
}
