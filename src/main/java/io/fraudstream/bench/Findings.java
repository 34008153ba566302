package io.fraudstream.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a section found: figures by key for programs, and rows of a table for people. */
public final class Findings {
    private final Map<String, Object> figures;
    private final List<List<String>> rows;

    public Findings() {
        this(new LinkedHashMap<>(), new ArrayList<>());
    }

    private Findings(Map<String, Object> figures, List<List<String>> rows) {
        this.figures = figures;
        this.rows = rows;
    }

    /** Findings under a key of these; their rows go into the same table. */
    @SuppressWarnings("unchecked")
    public Findings under(String key) {
        Object group = figures.computeIfAbsent(key, missing -> new LinkedHashMap<>());
        return new Findings((Map<String, Object>) group, rows);
    }

    /** A figure, a text or a list of them. */
    public Findings put(String key, Object value) {
        figures.put(key, value);
        return this;
    }

    /** The median under its key, the least and the greatest under {@code spread}. */
    public Findings put(String key, Spread spread) {
        figures.put(key, spread.median());
        under("spread").put(key, List.of(spread.min(), spread.max()));
        return this;
    }

    /** A row of the section's table; the first is its head. */
    public Findings row(String... cells) {
        rows.add(List.of(cells));
        return this;
    }

    /** By key: numbers, texts, lists, and maps of the same. */
    public Map<String, Object> figures() {
        return Collections.unmodifiableMap(figures);
    }

    /** The table with its columns aligned, one row a line; the first column to the left. */
    public String table() {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                String padding = " ".repeat(widths[i] - row.get(i).length());
                line.append(i == 0 ? row.get(i) + padding : "  " + padding + row.get(i));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
