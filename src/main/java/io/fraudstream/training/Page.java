package io.fraudstream.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An HTML page that needs no other file and no script: headed sections with a table of contents,
 * tables and figures. It is well-formed XML too, so that it can be checked. What is passed as HTML
 * stands as it is, text is escaped.
 */
final class Page {
    private static final String STYLE =
            """
            :root{--ink:#1d2430;--soft:#5b6675;--line:#dfe3e8;--accent:#1f5fa8}
            *{box-sizing:border-box}
            body{font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,\
            sans-serif;color:var(--ink);max-width:70rem;margin:0 auto;padding:2.5rem 1.5rem 4rem}
            h1{font-size:1.7rem;line-height:1.2;margin:0 0 .3rem}
            h2{font-size:1.3rem;margin:2.8rem 0 .6rem;padding-top:.9rem;\
            border-top:2px solid var(--accent)}
            h3{font-size:1.05rem;margin:1.8rem 0 .4rem}
            p{max-width:46rem;margin:.4rem 0 .7rem}
            .sub,.note{color:var(--soft)}
            .note{font-size:.9rem}
            code{font:.88em ui-monospace,Menlo,Consolas,monospace;overflow-wrap:anywhere}
            nav{background:#f5f7f9;border:1px solid var(--line);border-radius:6px;\
            padding:.8rem 1.2rem;margin:1.4rem 0}
            nav ol{margin:.2rem 0;padding-left:1.3rem}
            nav a{color:var(--accent);text-decoration:none}
            nav ul{margin:0;padding:0;list-style:none}
            nav li li{display:inline}
            nav li li+li:before{content:" · ";color:var(--soft)}
            .facts{display:grid;grid-template-columns:repeat(3,1fr);\
            gap:.7rem;margin:1rem 0}
            .facts div{border:1px solid var(--line);border-radius:6px;padding:.6rem .8rem}
            .facts b{display:block;font-size:1.35rem;font-variant-numeric:tabular-nums}
            .facts span{color:var(--soft);font-size:.85rem;display:block;line-height:1.35}
            table{border-collapse:collapse;margin:.5rem 0 1.1rem;font-size:.93rem}
            th,td{padding:.28rem .8rem;border-bottom:1px solid var(--line);text-align:left;\
            vertical-align:top}
            thead th{border-bottom:2px solid #b9c1cb;font-weight:600;vertical-align:bottom}
            tbody th{font-weight:500}
            .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
            tr.on{background:#eaf2fb}
            .bar{display:block;height:.75rem;background:var(--accent);border-radius:2px;\
            margin-top:.35rem}
            .figures,.beside{display:flex;flex-wrap:wrap;gap:.5rem 1.6rem;align-items:flex-start}
            td small{color:var(--soft);margin-left:.5em;font-size:.88em}
            td:first-child{white-space:nowrap}
            figure{margin:.6rem 0;break-inside:avoid}
            figure img{display:block;max-width:100%;height:auto}
            figcaption{font-size:.9rem;color:var(--soft);max-width:28rem}
            @media print{body{max-width:none;padding:0;font-size:10.5pt}h2,h3{break-after:avoid}\
            table{font-size:9pt}tr{break-inside:avoid}nav a{color:inherit}\
            figure img{max-width:8.2cm}th,td{padding:.15rem .45rem}}
            """;

    private final String title;
    private final StringBuilder body = new StringBuilder();
    private final StringBuilder contents = new StringBuilder();
    private int sections;
    private int parts;

    Page(String title) {
        this.title = title;
    }

    /** A cell of a table: a text to the left or a number to the right. */
    record Cell(String html, boolean number) {
        static Cell text(String text) {
            return new Cell(escape(text), false);
        }

        static Cell html(String html) {
            return new Cell(html, false);
        }

        static Cell number(String text) {
            return new Cell(escape(text), true);
        }

        private String tag(String name) {
            String kind = number ? "<" + name + " class=\"n\">" : "<" + name + ">";
            return kind + html + "</" + name + ">";
        }
    }

    /** Begins a section, which the table of contents names. */
    Page section(String heading) {
        closeParts();
        contents.append(sections == 0 ? "" : "</li>\n");
        sections++;
        String id = "s" + sections;
        contents.append("<li><a href=\"#").append(id).append("\">");
        contents.append(escape(heading)).append("</a>");
        body.append("<h2 id=\"").append(id).append("\">").append(escape(heading));
        body.append("</h2>\n");
        return this;
    }

    /** Begins a part of a section. */
    Page part(String heading) {
        parts++;
        String id = "s" + sections + "-" + parts;
        contents.append(parts == 1 ? "<ul>" : "");
        contents.append("<li><a href=\"#").append(id).append("\">");
        contents.append(escape(heading)).append("</a></li>");
        body.append("<h3 id=\"").append(id).append("\">").append(escape(heading));
        body.append("</h3>\n");
        return this;
    }

    private void closeParts() {
        contents.append(parts > 0 ? "</ul>" : "");
        parts = 0;
    }

    Page paragraph(String text) {
        body.append("<p>").append(escape(text)).append("</p>\n");
        return this;
    }

    /** A smaller remark on what stands above. */
    Page note(String text) {
        body.append("<p class=\"note\">").append(escape(text)).append("</p>\n");
        return this;
    }

    Page figures(String... figures) {
        body.append("<div class=\"figures\">").append(String.join("", figures)).append("</div>\n");
        return this;
    }

    /** What is written meanwhile stands side by side where there is room. */
    Page beside(Runnable writing) {
        body.append("<div class=\"beside\">\n");
        writing.run();
        body.append("</div>\n");
        return this;
    }

    /** Large numbers, each with the words for it. */
    Page facts(List<String[]> facts) {
        body.append("<div class=\"facts\">");
        for (String[] fact : facts) {
            body.append("<div><b>").append(escape(fact[0])).append("</b>");
            for (int i = 1; i < fact.length; i++) {
                body.append("<span>").append(escape(fact[i])).append("</span>");
            }
            body.append("</div>");
        }
        body.append("</div>\n");
        return this;
    }

    /** Names and values in two columns. */
    Page facts(String[][] facts) {
        body.append("<table><tbody>\n");
        for (String[] fact : facts) {
            body.append("<tr><th scope=\"row\">").append(escape(fact[0])).append("</th><td>");
            body.append(escape(fact[1])).append("</td></tr>\n");
        }
        body.append("</tbody></table>\n");
        return this;
    }

    /**
     * @param marked the index of a row to stand out; −1 for none
     */
    Page table(List<String> heads, List<List<Cell>> rows, int marked) {
        body.append("<table><thead><tr>");
        for (int i = 0; i < heads.size(); i++) {
            boolean number = !rows.isEmpty() && rows.get(0).get(i).number();
            body.append(number ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">");
            body.append(escape(heads.get(i))).append("</th>");
        }
        body.append("</tr></thead><tbody>\n");
        for (int row = 0; row < rows.size(); row++) {
            body.append(row == marked ? "<tr class=\"on\">" : "<tr>");
            rows.get(row).forEach(cell -> body.append(cell.tag("td")));
            body.append("</tr>\n");
        }
        body.append("</tbody></table>\n");
        return this;
    }

    /**
     * The whole page.
     *
     * @param subtitle below the title
     */
    String html(String subtitle) {
        closeParts();
        List<String> lines = new ArrayList<>();
        lines.add("<!DOCTYPE html>");
        lines.add("<html lang=\"en\"><head><meta charset=\"utf-8\"/>");
        lines.add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>");
        lines.add("<title>" + escape(title) + "</title>");
        lines.add("<style>" + STYLE + "</style></head><body>");
        lines.add("<h1>" + escape(title) + "</h1>");
        lines.add("<p class=\"sub\">" + escape(subtitle) + "</p>");
        int firstEnd = body.indexOf("<h2 id=\"s2\"");
        // The summary comes first, then what else there is to read.
        lines.add(firstEnd < 0 ? "" : body.substring(0, firstEnd));
        lines.add("<nav aria-label=\"Contents\"><ol>" + contents + "</li></ol></nav>");
        lines.add(firstEnd < 0 ? body.toString() : body.substring(firstEnd));
        lines.add("</body></html>");
        return String.join("\n", lines) + "\n";
    }

    /** For text and for attribute values in double quotes. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    /** So many digits; a dash where there is nothing to say. */
    static String number(double value, int digits) {
        return Double.isNaN(value) ? "–" : format("%,." + digits + "f", value);
    }
}
