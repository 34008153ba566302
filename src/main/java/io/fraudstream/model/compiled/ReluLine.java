package io.fraudstream.model.compiled;

import io.fraudstream.model.Activation;
import io.fraudstream.model.Layer;
import java.util.Arrays;
import java.util.List;

/**
 * The mean gradient of a network of two ReLU layers and one output along a straight line, exactly.
 * On the line the network is straight but where a unit opens or closes. Those of the first layer do
 * so where their sums, linear along the line, are 0; between two such places the second layer's
 * sums are linear too, so its units' places follow. From one place to the next only one unit's
 * weights change what the gradient is, so a line with a hundred bends costs no more than a few
 * gradients.
 *
 * <p>Keeps buffers, so it is for one thread.
 */
final class ReluLine {
    /** By unit of the first layer, its weights for the second. */
    private final double[][] second;

    /** By unit of the second layer, its inputs' weights times its own for the output. */
    private final double[][] onOutput;

    private final double[] bias;
    private final double[] last;

    /** Whether a unit of the first layer is open: 1 or 0. */
    private final double[] open;

    /** Of the output with respect to the first layer's units, were they open. */
    private final double[] gradient;

    private final double[] integral;
    private final long[] bends;

    /** The second layer's sums, and what they change by over the whole line as it is here. */
    private final double[] sums;

    private final double[] slopes;
    private final boolean[] openSecond;
    private final long[] bendsSecond;

    /** Up to where the integral has been taken. */
    private double taken;

    private ReluLine(Layer.Dense second, Layer.Dense last) {
        int inputs = second.inputs();
        int units = second.outputs();
        this.second = new double[inputs][units];
        this.onOutput = new double[units][inputs];
        this.bias = new double[units];
        this.last = new double[units];
        for (int k = 0; k < units; k++) {
            bias[k] = second.bias()[k];
            this.last[k] = last.weights()[k];
            for (int j = 0; j < inputs; j++) {
                this.second[j][k] = second.weights()[j * units + k];
                onOutput[k][j] = this.second[j][k] * this.last[k];
            }
        }
        open = new double[inputs];
        gradient = new double[inputs];
        integral = new double[inputs];
        bends = new long[inputs];
        sums = new double[units];
        slopes = new double[units];
        openSecond = new boolean[units];
        bendsSecond = new long[units];
    }

    /** For these layers, or {@code null} if they are others. */
    static ReluLine of(List<Layer.Dense> layers) {
        return layers.size() == 3
                        && layers.get(0).activation() == Activation.RELU
                        && layers.get(1).activation() == Activation.RELU
                        && layers.get(2).outputs() == 1
                ? new ReluLine(layers.get(1), layers.get(2))
                : null;
    }

    /**
     * Adds the mean gradient with respect to the first layer's sums.
     *
     * @param from the first layer's sums where the line begins
     * @param change what is added to them up to its end
     * @return the difference in the output between the ends
     */
    double addIntegral(float[] from, float[] change, float[] meanGradient) {
        int bent = begin(from, change);
        double before = output();
        double at = 0;
        for (int i = 0; i < bent; i++) {
            int unit = (int) bends[i];
            double to = placeOf(bends[i]);
            straight(at, to);
            at = to;
            // The rest of what was taken for it too early or too late.
            double closes = open[unit];
            integral[unit] += (2 * closes - 1) * (to - taken) * gradient[unit];
            open[unit] = 1 - closes;
            add((1 - 2 * closes) * change[unit], second[unit], slopes);
        }
        straight(at, 1);
        take(1);
        for (int j = 0; j < integral.length; j++) {
            meanGradient[j] += (float) integral[j];
        }
        return output() - before;
    }

    /** Everything as it is where the line begins; gives how many units of the first layer bend. */
    private int begin(float[] from, float[] change) {
        taken = 0;
        System.arraycopy(bias, 0, sums, 0, sums.length);
        Arrays.fill(slopes, 0);
        Arrays.fill(integral, 0);
        Arrays.fill(gradient, 0);
        int bent = 0;
        for (int j = 0; j < open.length; j++) {
            boolean isOpen = isOpen(from[j], change[j]);
            open[j] = isOpen ? 1 : 0;
            if (isOpen) {
                add(from[j], second[j], sums);
                add(change[j], second[j], slopes);
            }
            float end = from[j] + change[j];
            if (isOpen ? end < 0 : end > 0) {
                bends[bent++] = bend(-from[j] / (double) change[j], j);
            }
        }
        Arrays.sort(bends, 0, bent);
        for (int k = 0; k < sums.length; k++) {
            openSecond[k] = isOpen(sums[k], slopes[k]);
            if (openSecond[k]) {
                add(1, onOutput[k], gradient);
            }
        }
        return bent;
    }

    private static boolean isOpen(double sum, double slope) {
        return sum > 0 || sum == 0 && slope > 0;
    }

    /** A place on the line, from 0 to 1, before a unit, so that they can be sorted. */
    private static long bend(double place, int unit) {
        // Not a number where a sum is 0 at both ends.
        float on = place > 0 ? (float) Math.min(1, place) : 0;
        return (long) Float.floatToRawIntBits(on) << Integer.SIZE | unit;
    }

    private static double placeOf(long bend) {
        return Float.intBitsToFloat((int) (bend >>> Integer.SIZE));
    }

    /** Follows the line to where the next unit of the first layer bends. */
    private void straight(double from, double to) {
        double length = to - from;
        int bent = 0;
        for (int k = 0; k < sums.length; k++) {
            double end = sums[k] + length * slopes[k];
            if (openSecond[k] ? end <= 0 : end > 0) {
                bendsSecond[bent++] = bend(from + length * sums[k] / (sums[k] - end), k);
            }
            sums[k] = end;
        }
        Arrays.sort(bendsSecond, 0, bent);
        for (int i = 0; i < bent; i++) {
            int unit = (int) bendsSecond[i];
            take(Math.max(from, Math.min(to, placeOf(bendsSecond[i]))));
            add(openSecond[unit] ? -1 : 1, onOutput[unit], gradient);
            openSecond[unit] = !openSecond[unit];
        }
    }

    /** Takes the gradient as it is in over the line up to this place. */
    private void take(double place) {
        double length = place - taken;
        for (int j = 0; j < integral.length; j++) {
            integral[j] += length * open[j] * gradient[j];
        }
        taken = place;
    }

    private double output() {
        double output = 0;
        for (int k = 0; k < sums.length; k++) {
            output += Math.max(0, sums[k]) * last[k];
        }
        return output;
    }

    private static void add(double factor, double[] row, double[] to) {
        for (int i = 0; i < to.length; i++) {
            to[i] += factor * row[i];
        }
    }
}
