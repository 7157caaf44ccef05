// "#media-texts": media-chrome's own texts in the page's language. The build puts them in this place
// (scripts/player_lean.mjs); what stands here is for the type checker.

export const mediaTexts: Record<string, string> = {};
