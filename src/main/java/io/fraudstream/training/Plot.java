package io.fraudstream.training;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A plot drawn by XChart as SVG, without a display. */
final class Plot {
    private static final int WIDTH = 460;
    private static final int HEIGHT = 360;
    private static final Pattern DIGITS = Pattern.compile("(\\.\\d\\d)\\d+");
    private static final Color INK = new Color(0x33, 0x3a, 0x44);
    private static final Color GRID = new Color(0xe4, 0xe7, 0xeb);
    private static final BasicStroke SOLID = new BasicStroke(2);
    private static final BasicStroke DASHED =
            new BasicStroke(
                    1.2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 1, new float[] {5, 4}, 0);
    private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);

    /** What a series stands for, told by its colour. */
    enum Tone {
        MODEL(0x1f, 0x5f, 0xa8),
        CHAMPION(0xb8, 0x5c, 0x00),
        FRAUD(0xb3, 0x26, 0x1e),
        LEGITIMATE(0x2e, 0x7d, 0x5b),
        REFERENCE(0x8a, 0x93, 0x9e);

        private final Color color;

        Tone(int red, int green, int blue) {
            this.color = new Color(red, green, blue);
        }

        private Color faint() {
            return new Color(color.getRed(), color.getGreen(), color.getBlue(), 48);
        }
    }

    private final XYChart chart = new XYChart(WIDTH, HEIGHT);

    Plot(String across, String up) {
        chart.setXAxisTitle(across);
        chart.setYAxisTitle(up);
        var styler = chart.getStyler();
        styler.setBaseFont(TEXT)
                .setChartBackgroundColor(Color.WHITE)
                .setPlotBackgroundColor(Color.WHITE)
                .setPlotBorderVisible(false)
                .setChartPadding(10)
                .setChartFontColor(INK)
                .setLegendPosition(Styler.LegendPosition.OutsideS)
                .setLegendLayout(Styler.LegendLayout.Horizontal)
                .setLegendBorderColor(Color.WHITE)
                .setLegendFont(TEXT)
                .setLegendPadding(4)
                .setLocale(Locale.ROOT)
                .setMarkerSize(6);
        styler.setDecimalPattern("0.####");
        styler.setAxisTitleFont(TEXT)
                .setAxisTickLabelsFont(TEXT)
                .setAxisTickLabelsColor(INK)
                .setPlotGridLinesColor(GRID)
                .setPlotGridLinesStroke(new BasicStroke(1))
                .setXAxisTickMarkSpacingHint(60)
                .setErrorBarsColorSeriesColor(true);
    }

    /** Both axes from 0 to 1. */
    static Plot ofShares(String across, String up) {
        Plot plot = new Plot(across, up).across(0, 1).up(0, 1);
        plot.chart.getStyler().setXAxisDecimalPattern("0.0").setYAxisDecimalPattern("0.0");
        return plot;
    }

    Plot across(double min, double max) {
        chart.getStyler().setXAxisMin(min).setXAxisMax(max);
        return this;
    }

    Plot up(double min, double max) {
        chart.getStyler().setYAxisMin(min).setYAxisMax(max);
        return this;
    }

    /** The axis across by decades. */
    Plot logarithmicAcross() {
        chart.getStyler().setXAxisLogarithmic(true);
        return this;
    }

    /** The axis up by decades. */
    Plot logarithmicUp() {
        chart.getStyler().setYAxisLogarithmic(true);
        return this;
    }

    /** Other words for the numbers across. */
    Plot labelsAcross(Function<Double, String> words) {
        chart.getStyler().setXAxisTickLabelsFormattingFunction(words);
        return this;
    }

    /** A line through points in order. */
    Plot line(String name, double[] x, double[] y, Tone tone) {
        draw(chart.addSeries(name, x, y), tone, SeriesMarkers.NONE);
        return this;
    }

    /** A line with the area below it filled. */
    Plot filled(String name, double[] x, double[] y, Tone tone) {
        band(name, x, new double[x.length], y, tone);
        draw(chart.addSeries(name + " outline", x, y), tone, SeriesMarkers.NONE)
                .setShowInLegend(false);
        return this;
    }

    /** A line with a mark at each point. */
    Plot marked(String name, double[] x, double[] y, Tone tone) {
        draw(chart.addSeries(name, x, y), tone, SeriesMarkers.CIRCLE);
        return this;
    }

    /** A dashed line to compare with. */
    Plot reference(String name, double[] x, double[] y) {
        draw(chart.addSeries(name, x, y), Tone.REFERENCE, SeriesMarkers.NONE).setLineStyle(DASHED);
        return this;
    }

    /** The area between two lines. */
    Plot band(String name, double[] x, double[] low, double[] high, Tone tone) {
        int n = x.length;
        double[] around = new double[2 * n];
        double[] edge = new double[2 * n];
        for (int i = 0; i < n; i++) {
            around[i] = x[i];
            edge[i] = low[i];
            around[2 * n - 1 - i] = x[i];
            edge[2 * n - 1 - i] = high[i];
        }
        XYSeries series = draw(chart.addSeries(name, around, edge), tone, SeriesMarkers.NONE);
        series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.PolygonArea);
        series.setFillColor(tone.faint());
        series.setLineColor(new Color(255, 255, 255, 0));
        return this;
    }

    private static XYSeries draw(XYSeries series, Tone tone, Marker marker) {
        series.setMarker(marker);
        series.setMarkerColor(tone.color);
        series.setLineColor(tone.color);
        series.setLineStyle(SOLID);
        return series;
    }

    /** As an HTML figure that needs no other file; each SVG is closed in itself, ids and all. */
    String figure(String caption) {
        String image = Base64.getEncoder().encodeToString(svg().getBytes(StandardCharsets.UTF_8));
        return "<figure><img width=\""
                + WIDTH
                + "\" height=\""
                + HEIGHT
                + "\" alt=\""
                + Page.escape(caption)
                + "\" src=\"data:image/svg+xml;base64,"
                + image
                + "\"/><figcaption>"
                + Page.escape(caption)
                + "</figcaption></figure>\n";
    }

    private String svg() {
        byte[] bytes;
        try {
            bytes = ChartEncoder.getBytes(chart, "svg");
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        String svg = new String(bytes, StandardCharsets.UTF_8);
        // The prolog names a DTD on the web. A hundredth of a pixel is fine enough; the glyphs'
        // outlines come with many more digits.
        return DIGITS.matcher(svg.substring(svg.indexOf("<svg"))).replaceAll("$1");
    }
}
