// The choices there are for the look of captions. Pure.

export const CAPTION_SIZES = ["small", "medium", "large", "huge"] as const;
export const CAPTION_COLOURS = ["white", "yellow", "dark"] as const;

export interface CaptionStyle {
  size: (typeof CAPTION_SIZES)[number];
  colour: (typeof CAPTION_COLOURS)[number];
}

export const USUAL_CAPTIONS: CaptionStyle = { size: "medium", colour: "white" };

/** Reads a stored style; what is not one of ours is the usual. */
export function parseCaptionStyle(text: string | null, usual: CaptionStyle = USUAL_CAPTIONS): CaptionStyle {
  try {
    const value = JSON.parse(text ?? "{}") as Partial<CaptionStyle> | null;
    return {
      size: CAPTION_SIZES.find((size) => size === value?.size) ?? usual.size,
      colour: CAPTION_COLOURS.find((colour) => colour === value?.colour) ?? usual.colour,
    };
  } catch {
    return usual;
  }
}

/** The next larger size; the largest is followed by the smallest. */
export function largerSize(size: CaptionStyle["size"]): CaptionStyle["size"] {
  return CAPTION_SIZES[(CAPTION_SIZES.indexOf(size) + 1) % CAPTION_SIZES.length]!;
}
