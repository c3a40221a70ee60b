/** The style sheet of a report. Colours come from the custom properties of `palette.ts`. */

/** Returns CSS for the screen in light and dark, for phones and for paper. */
export function reportStyle(): string {
  return `
*{box-sizing:border-box}
body{margin:0;background:var(--ww-background);color:var(--ww-text);-webkit-text-size-adjust:100%;
  font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
header,main,footer{max-width:900px;margin:0 auto;padding:0 20px}
header{padding-top:56px}
.kicker{margin:0;color:var(--ww-muted);font-size:.78rem;letter-spacing:.09em;text-transform:uppercase}
h1{margin:.1em 0 .5em;font-size:2rem;line-height:1.2;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{margin:2.6em 0 .7em;font-size:1.3rem;line-height:1.3}
h3{margin:1.4em 0 .25em;font-size:1rem}
p{margin:.6em 0}
.verdict{max-width:46em;margin:0;font-size:1.14rem;line-height:1.55;
  border-left:3px solid var(--ww-infected);padding-left:18px}
.highlights{display:grid;grid-template-columns:repeat(4,1fr);gap:0 28px;margin:36px 0 0;padding:0}
.highlights div{border-top:1px solid var(--ww-grid);padding-top:12px}
.highlights dt{color:var(--ww-muted);font-size:.84rem;line-height:1.35}
.highlights dd{margin:4px 0 0}
.highlights b{display:block;font-size:1.65rem;font-weight:600;line-height:1.25;
  font-variant-numeric:tabular-nums;letter-spacing:-.01em}
.highlights span{display:block;color:var(--ww-muted);font-size:.84rem;line-height:1.4;margin-top:2px}
figure{margin:1.8em 0 2.4em}
figure svg{width:100%;height:auto;display:block}
.narrow{display:none}
figcaption{max-width:46em;color:var(--ww-muted);font-size:.88rem;line-height:1.5;margin:.4em 0 .5em}
figcaption b{color:var(--ww-text);font-weight:600}
.table{overflow-x:auto;margin:1.4em 0}
.table:focus-visible,summary:focus-visible,a:focus-visible{outline:2px solid var(--ww-susceptible);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.9rem;line-height:1.4;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--ww-muted);font-size:.84rem;padding-bottom:.5em}
th,td{padding:.45em .7em;border-bottom:1px solid var(--ww-grid);text-align:right;white-space:nowrap}
thead th,thead td{border-bottom-color:var(--ww-muted);color:var(--ww-muted);font-weight:600;
  font-size:.84rem;vertical-align:bottom}
th:first-child{text-align:left;padding-left:0;font-weight:normal;
  position:sticky;left:0;background:var(--ww-background)}
thead th:first-child{font-weight:600}
tbody th{white-space:normal;min-width:6em}
th:last-child,td:last-child{padding-right:0}
.facts{padding-left:1.3em;margin:0}
.facts li{margin:1.1em 0;padding-left:.2em}
.facts h3{margin:0 0 .15em}
.facts p{margin:0;max-width:46em}
.provenance{margin:0}
.provenance div{display:grid;grid-template-columns:7em 1fr;gap:12px;padding:.4em 0;
  border-bottom:1px solid var(--ww-grid);font-size:.9rem}
.provenance dt{color:var(--ww-muted)}
.provenance dd{margin:0;overflow-wrap:anywhere}
details{margin:.4em 0;font-size:.9rem}
section>details{border-bottom:1px solid var(--ww-grid);margin:0;padding:.45em 0}
summary{cursor:pointer;color:var(--ww-susceptible)}
pre{overflow-x:auto;margin:.5em 0;padding:14px 16px;border:1px solid var(--ww-grid);border-radius:4px;
  font:.84rem/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
a{color:var(--ww-susceptible)}
footer{color:var(--ww-muted);font-size:.84rem;margin-top:3.5em;padding-bottom:3em}
footer p{border-top:1px solid var(--ww-grid);padding-top:1em}
@media (max-width:720px){.highlights{grid-template-columns:repeat(2,1fr);gap:22px 20px}}
@media screen and (max-width:600px){
  body{font-size:15px}header,main,footer{padding-left:16px;padding-right:16px}header{padding-top:32px}
  h1{font-size:1.55rem}.verdict{font-size:1.05rem;padding-left:14px}.highlights b{font-size:1.35rem}
  th,td{white-space:normal;padding-left:.45em;padding-right:.45em}
  ${STACKED_STYLE}
  .wide{display:none}.narrow{display:block}.provenance div{grid-template-columns:5.5em 1fr}
}
${PRINT_STYLE}
`;
}

/** Wide tables on a phone: the name of each row, and below it a line for each cell. */
const STACKED_STYLE = `.stacked thead{display:none}
  .stacked table,.stacked tbody,.stacked tr,.stacked th,.stacked td,.stacked caption{display:block}
  .stacked tr{border-bottom:1px solid var(--ww-grid);padding:.5em 0}
  .stacked th,.stacked td{border:0;padding:.1em 0;text-align:left;position:static}
  .stacked tbody th{font-weight:600}
  .stacked td{display:flex;justify-content:space-between;gap:1em}
  .stacked td::before{content:attr(data-label);color:var(--ww-muted)}
  .stacked td:empty{display:none}`;

const PRINT_STYLE = `@media print{
  @page{margin:18mm 16mm}
  body{font-size:10.5pt}header,main,footer{max-width:none;padding:0}header{padding-top:0}
  h2,h3{break-after:avoid}figure,tr,.highlights,.facts li,.provenance div{break-inside:avoid}
  .table{overflow:visible}pre{white-space:pre-wrap}summary,.links,figure details{display:none}
}`;
