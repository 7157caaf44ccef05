// Feeds the video element from the sources of a lesson: the first that plays. When one fails, the next goes on in its place.

import type { Source } from "./sources";

interface Engine {
  loadSource(url: string): void;
  attachMedia(video: HTMLVideoElement): void;
  startLoad(): void;
  recoverMediaError(): void;
  destroy(): void;
  on(event: string, handler: (name: string, data: { fatal: boolean; type: string }) => void): void;
}

interface EngineClass {
  new (config: { [name: string]: unknown }): Engine;
  isSupported(): boolean;
}

/** For `start`: where a channel is now. */
export const LIVE = -1;

const NETWORK_TRIES = 4;
const NETWORK_WAIT_MS = 2500;

/** hls.js, loaded when it is needed first; null when it does not come or does not run here. */
function loadEngine(done: (engine: EngineClass | null) => void): void {
  const known = window as { Hls?: EngineClass };
  const finish = function () {
    done(known.Hls && known.Hls.isSupported() ? known.Hls : null);
  };
  if (known.Hls) return finish();
  const script = document.createElement("script");
  script.src = document.getElementById("app")!.getAttribute("data-engine")!;
  script.onload = script.onerror = finish;
  document.body.appendChild(script);
}

export class Feed {
  private at = -1;
  private engine: Engine | null = null;
  private isClosed = false;
  private tries = 0;
  private mediaTries = 0;
  private timer = 0;
  private position: number;
  private readonly onVideoError = () => this.next();
  private readonly onTime = () => this.keepPosition();

  /** `onBroken`: no source plays. `start`: seconds. */
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly sources: Source[],
    start: number,
    private readonly onBroken: () => void,
  ) {
    this.position = start;
    video.addEventListener("error", this.onVideoError);
    video.addEventListener("timeupdate", this.onTime);
    this.next();
  }

  /** What plays, for tests and reports. */
  get kind(): string {
    const source = this.sources[this.at];
    return source ? source.kind : "";
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.video.removeEventListener("error", this.onVideoError);
    this.video.removeEventListener("timeupdate", this.onTime);
    this.stopEngine();
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
  }

  private keepPosition(): void {
    if (this.video.currentTime > 0) this.position = this.video.currentTime;
    this.tries = 0;
  }

  private stopEngine(): void {
    if (this.engine) this.engine.destroy();
    this.engine = null;
  }

  private next(): void {
    if (this.isClosed) return;
    this.stopEngine();
    this.at++;
    const source = this.sources[this.at];
    if (!source) {
      this.onBroken();
      return;
    }
    if (source.kind === "engine") loadEngine((engine) => (engine ? this.openEngine(engine, source) : this.next()));
    else this.openNative(source);
  }

  private openNative(source: Source): void {
    const video = this.video;
    const start = this.position;
    const seek = function () {
      video.removeEventListener("loadedmetadata", seek);
      if (start > 0) video.currentTime = start;
    };
    video.addEventListener("loadedmetadata", seek);
    video.src = source.url;
    this.play();
  }

  private openEngine(Hls: EngineClass, source: Source): void {
    if (this.isClosed) return;
    const engine = new Hls({
      enableWorker: false, // our content policy wants workers from files
      capLevelToPlayerSize: true,
      backBufferLength: 30,
      maxBufferLength: 30,
      maxMaxBufferLength: 60, // televisions have little memory
      liveDurationInfinity: false,
      startPosition: this.position,
    });
    this.engine = engine;
    engine.on("hlsError", (_name, data) => {
      if (data.fatal) this.onEngineError(engine, data.type);
    });
    engine.loadSource(source.url);
    engine.attachMedia(this.video);
    this.play();
  }

  private onEngineError(engine: Engine, type: string): void {
    if (this.isClosed || engine !== this.engine) return;
    if (type === "networkError" && this.tries < NETWORK_TRIES) {
      this.tries++;
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => {
        if (engine !== this.engine) return;
        if (this.video.readyState === 0) engine.loadSource(this.sources[this.at]!.url);
        else engine.startLoad();
      }, NETWORK_WAIT_MS);
    } else if (type === "mediaError" && this.mediaTries < 1) {
      this.mediaTries++;
      engine.recoverMediaError();
    } else {
      this.next();
    }
  }

  /** Old engines give no promise; a refusal to play by itself leaves the video paused. */
  private play(): void {
    const playing = this.video.play() as unknown as { catch?: (handler: () => void) => void } | undefined;
    if (playing && playing.catch) playing.catch(() => undefined);
  }
}
