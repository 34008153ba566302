package io.fraudstream.training;

import java.util.List;
import java.util.Locale;

/** A line plot as inline SVG, small enough to write by hand. */
final class Plot {
    private static final int SIZE = 260;
    private static final int LEFT = 46;
    private static final int BOTTOM = 34;
    private static final int TOP = 8;
    private static final int TICKS = 4;

    /** A point in the plot's own units. */
    record Point(double x, double y) {}

    /**
     * @param color of CSS
     * @param dots whether each point gets one
     */
    record Line(List<Point> points, String color, boolean dots) {}

    private final String across;
    private final String up;
    private final double minX;
    private final double maxX;
    private final double minY;
    private final double maxY;

    Plot(String across, String up, double minX, double maxX, double minY, double maxY) {
        this.across = across;
        this.up = up;
        this.minX = minX;
        this.maxX = maxX > minX ? maxX : minX + 1;
        this.minY = minY;
        this.maxY = maxY > minY ? maxY : minY + 1;
    }

    /** Both axes from 0 to 1. */
    static Plot ofShares(String across, String up) {
        return new Plot(across, up, 0, 1, 0, 1);
    }

    String svg(List<Line> lines) {
        StringBuilder svg = new StringBuilder();
        svg.append(
                format(
                        "<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">",
                        LEFT + SIZE + 12,
                        TOP + SIZE + BOTTOM,
                        LEFT + SIZE + 12,
                        TOP + SIZE + BOTTOM));
        for (int i = 0; i <= TICKS; i++) {
            double x = minX + (maxX - minX) * i / TICKS;
            double y = minY + (maxY - minY) * i / TICKS;
            svg.append(
                    format(
                            "<path class=\"grid\" d=\"M%.1f %d V%d\"/>",
                            acrossOf(x), TOP, TOP + SIZE));
            svg.append(
                    format(
                            "<path class=\"grid\" d=\"M%d %.1f H%d\"/>",
                            LEFT, upOf(y), LEFT + SIZE));
            svg.append(
                    format(
                            "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                            acrossOf(x), TOP + SIZE + 14, number(x)));
            svg.append(
                    format(
                            "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                            LEFT - 4, upOf(y) + 4, number(y)));
        }
        for (Line line : lines) {
            StringBuilder path = new StringBuilder();
            for (Point point : line.points()) {
                path.append(
                        format(
                                "%s%.1f %.1f",
                                path.isEmpty() ? "M" : " L", acrossOf(point.x()), upOf(point.y())));
                if (line.dots()) {
                    svg.append(
                            format(
                                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>",
                                    acrossOf(point.x()), upOf(point.y()), line.color()));
                }
            }
            svg.append(format("<path d=\"%s\" fill=\"none\" stroke=\"%s\"/>", path, line.color()));
        }
        svg.append(
                format(
                        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                        LEFT + SIZE / 2, TOP + SIZE + 30, across));
        svg.append(
                format(
                        "<text transform=\"translate(11 %d) rotate(-90)\""
                                + " text-anchor=\"middle\">%s</text></svg>",
                        TOP + SIZE / 2, up));
        return svg.toString();
    }

    private double acrossOf(double x) {
        return LEFT + SIZE * Math.max(0, Math.min(1, (x - minX) / (maxX - minX)));
    }

    private double upOf(double y) {
        return TOP + SIZE * (1 - Math.max(0, Math.min(1, (y - minY) / (maxY - minY))));
    }

    private static String number(double value) {
        String text = String.format(Locale.ROOT, "%.3f", value);
        return text.replaceAll("0+$", "").replaceAll("\\.$", "");
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
