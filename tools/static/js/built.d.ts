/** What `site.py` writes as a module when it builds the page. */
declare const built: {
  version: string; // of everything in the folder: no file is mixed with an older one
  plotly: string; // its address
  defaults: import("./view.js").View;
  allowed: { scale: [number, number]; dtype: string[]; weights: string[]; seed: [number, number]; sample: [number, number] };
  words: Record<string, string>;
  status: string;
};
export default built;
