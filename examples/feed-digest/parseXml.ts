/** Elements, attributes, text, CDATA and entities of an XML document. Document types are skipped and define nothing, so a
 *  few bytes cannot grow to many. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly (XmlElement | string)[];
}

const TOKEN =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<![^>]*>|<(\/?)([^\s/>]+)((?:[^>"']|"[^"]*"|'[^']*')*?)(\/?)>|[^<]+/g;
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const named: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
};

function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex, decimal, name) => {
    const code = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal);
    if (name === undefined) return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
    return named[name] ?? whole;
  });
}

function attributesOf(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(ATTRIBUTE)].map(([, name = "", quoted, single]) => [
      name,
      decodeEntities(quoted ?? single ?? ""),
    ]),
  );
}

interface Open {
  name: string;
  attributes: Map<string, string>;
  children: (XmlElement | string)[];
}

/** The root element. @throws Error when the elements do not nest, or there is none. */
export function parseXml(text: string): XmlElement {
  const top: Open = { name: "", attributes: new Map(), children: [] };
  const open: Open[] = [top];
  const inner = (): Open => open[open.length - 1] ?? top;
  for (const [token, cdata, closing, name, attributes, empty] of text.matchAll(TOKEN)) {
    if (cdata !== undefined) inner().children.push(cdata);
    else if (name === undefined) {
      if (!token.startsWith("<")) inner().children.push(decodeEntities(token));
    } else if (closing === "/") {
      if (open.pop()?.name !== name || open.length === 0) throw new Error(`</${name}> closes nothing`);
    } else {
      const element: Open = { name, attributes: attributesOf(attributes ?? ""), children: [] };
      inner().children.push(element);
      if (empty !== "/") open.push(element);
    }
  }
  if (open.length > 1) throw new Error(`<${inner().name}> is never closed`);
  const root = top.children.find((child) => typeof child !== "string");
  if (root === undefined) throw new Error("no XML");
  return root;
}

export function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter(
    (child): child is XmlElement => typeof child !== "string" && child.name === name,
  );
}

export function textOf(element: XmlElement): string {
  return element.children.map((child) => (typeof child === "string" ? child : textOf(child))).join("");
}
