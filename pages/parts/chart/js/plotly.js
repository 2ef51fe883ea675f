/** plotly.js, as the route serves it from the installed wheel: once a page, for every chart on it. */

export const CONFIG = {
  displaylogo: false,
  displayModeBar: matchMedia("(hover: none)").matches ? false : "hover", // a finger cannot leave it: it would stay and cover the legend
  responsive: true,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
  toImageButtonOptions: { filename: "where-softmax-breaks", format: "svg" },
};

/** @type {Promise<any> | undefined} */
let plotly;

/** @param {string} url @returns {Promise<any>} */
export function load(url) {
  plotly ??= new Promise((resolve, reject) => {
    if ("Plotly" in window) return resolve(window.Plotly);
    const script = asked(url) ?? ask(url);
    script.addEventListener("load", () => resolve(/** @type {any} */ (window).Plotly));
    script.addEventListener("error", () => {
      plotly = undefined;
      reject(new Error("plotly.js could not be loaded"));
    });
  });
  return plotly;
}

/** The page that came first asks for it already; one that failed is gone. */
const asked = (/** @type {string} */ url) => document.querySelector(`script[src="${CSS.escape(url)}"]`);

function ask(/** @type {string} */ url) {
  const script = document.createElement("script");
  script.src = url;
  document.head.append(script);
  return script;
}
