/** plotly.js, as the route serves it from the installed wheel: once a page, for every chart on it. */

export const CONFIG = {
  displaylogo: false,
  responsive: true,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
  toImageButtonOptions: { filename: "where-softmax-breaks", format: "svg" },
};

/** @type {Promise<any> | undefined} */
let plotly;

/** @param {string} url @returns {Promise<any>} */
export function load(url) {
  plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(/** @type {any} */ (window).Plotly);
    script.onerror = () => {
      plotly = undefined;
      reject(new Error("plotly.js could not be loaded"));
    };
    document.head.append(script);
  });
  return plotly;
}
