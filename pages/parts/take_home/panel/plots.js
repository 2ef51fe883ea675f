/** The page's plots, saved as they look now. */

const DRAWN = ".wsb-chart.js-plotly-plot, .wsb-plot.js-plotly-plot";
const PIXELS = { svg: 1, png: 2 }; // of the file for one of the screen

/** Every plot on the page, named by the heading above it. @returns {{name: string, element: HTMLElement}[]} */
export function plots() {
  const headings = [...document.querySelectorAll("h1, h2, h3")];
  const found = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(DRAWN)]);
  const names = found.map((element) => {
    const above = headings.filter((it) => it.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING);
    return above.at(-1)?.textContent.trim() ?? "Plot";
  });
  return found.map((element, i) => {
    const same = names.filter((name) => name === names[i]).length > 1;
    return { name: same ? `${names[i]}, ${names.slice(0, i + 1).filter((name) => name === names[i]).length}` : names[i], element };
  });
}

/**
 * Saves a plot in the page's colours, on its ground instead of none.
 *
 * @param {any} element
 * @param {"svg" | "png"} format
 * @param {string} filename without its ending
 */
export async function save(element, format, filename) {
  const { color } = getComputedStyle(element);
  const ground = getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor;
  const { data, layout, _fullLayout } = element;
  const figure = { data, layout: { ...layout, paper_bgcolor: ground, plot_bgcolor: ground, font: { ...layout.font, color } } };
  const { width, height } = _fullLayout;
  await /** @type {any} */ (window).Plotly.downloadImage(figure, { format, filename, width, height, scale: PIXELS[format] });
}
