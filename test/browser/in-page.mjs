/* Functions that run inside the page: each is sent there alone, as text, so none may use another. */

export const pageWidth = () => document.documentElement.scrollWidth;
export const pageBackground = () => getComputedStyle(document.body).backgroundColor;
export const focusOutline = () => getComputedStyle(document.activeElement ?? document.body).outlineWidth;

/** The root's name of a document that this browser accepts as XML, else what it says against it. */
export function xmlRoot(source) {
  const read = new DOMParser().parseFromString(source, 'application/xml');
  return read.querySelector('parsererror')?.textContent ?? read.documentElement.localName;
}

/** Visible text whose contrast with what is painted behind it is below WCAG's AA (4.5, or 3 for large text). */
export function weakTexts() {
  const channels = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color) => {
    const [red, green, blue] = channels(color).map((value) => {
      const share = value / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const backgroundOf = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if ((channels(backgroundColor)[3] ?? 1) > 0) return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };
  const isWeak = (element) => {
    const style = getComputedStyle(element);
    const ink = element.closest('svg') === null ? style.color : style.fill;
    const [light, dark] = [luminance(ink), luminance(backgroundOf(element))].sort((a, b) => b - a);
    const size = Number.parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    return (light + 0.05) / (dark + 0.05) < (isLarge ? 3 : 4.5);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const weak = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.textContent.trim();
    if (text !== '' && element.getClientRects().length > 0 && isWeak(element)) weak.push(text.slice(0, 40));
  }
  return weak;
}
