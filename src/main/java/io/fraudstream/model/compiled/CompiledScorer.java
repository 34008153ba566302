package io.fraudstream.model.compiled;

import io.fraudstream.model.BundleException;
import io.fraudstream.model.Calibration;
import io.fraudstream.model.FraudModel;
import io.fraudstream.model.GoldenCases;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.model.Network;
import io.fraudstream.model.Normalizer;
import java.util.Arrays;

/**
 * A bundle's network in Java arrays: no allocation per event, no native code, no library, and the
 * same bits on every machine, since sums run in a fixed order, always with fused multiply-add,
 * whether by the Vector API, where the JVM offers it, or by plain loops. Not safe for several
 * threads.
 */
public final class CompiledScorer implements FraudModel {
    private final String bundleId;
    private final Calibration calibration;
    private final InputGradients gradients;
    private final MemberKernel[] members;
    private final int steps;
    private final int window;
    private final Kernels kernels;
    private final Columns columns;
    private final float[] input;
    private final float[] vector;
    private final EncodedVector newest;

    /**
     * A scorer of this bundle, checked against the outputs of the reference that the bundle
     * carries.
     *
     * @param fingerprint of the schema whose vectors will be scored
     * @throws BundleException if the bundle takes other features, or if an output is off by more
     *     than {@link GoldenCases#TOLERANCE}
     */
    public static CompiledScorer of(ModelBundle bundle, String fingerprint) throws BundleException {
        if (!bundle.manifest().featureFingerprint().equals(fingerprint)) {
            throw new BundleException(
                    "bundle "
                            + bundle.id()
                            + " has feature fingerprint "
                            + bundle.manifest().featureFingerprint()
                            + ", expected "
                            + fingerprint);
        }
        CompiledScorer scorer =
                new CompiledScorer(
                        bundle.id(), bundle.network(), bundle.normalizer(), bundle.calibration());
        double off = scorer.largestDifference(bundle.golden());
        if (!(off <= GoldenCases.TOLERANCE)) {
            throw new BundleException(
                    "bundle "
                            + bundle.id()
                            + " scores its golden inputs up to "
                            + off
                            + " off, expected at most "
                            + GoldenCases.TOLERANCE);
        }
        return scorer;
    }

    /** A scorer of a network that is not in a bundle yet. */
    public CompiledScorer(
            String bundleId, Network network, Normalizer normalizer, Calibration calibration) {
        this(KernelChoice.choose(), bundleId, network, normalizer, calibration);
    }

    CompiledScorer(
            Kernels kernels,
            String bundleId,
            Network network,
            Normalizer normalizer,
            Calibration calibration) {
        this.bundleId = bundleId;
        this.calibration = calibration;
        this.gradients = new InputGradients(kernels, network, normalizer, calibration);
        this.kernels = kernels;
        this.columns = new Columns(normalizer);
        this.newest =
                network.newestInputs() > 0 ? new EncodedVector(kernels, normalizer, columns) : null;
        this.members =
                network.members().stream()
                        .map(member -> new MemberKernel(kernels, member, network.window(), newest))
                        .toArray(MemberKernel[]::new);
        this.steps = network.steps();
        this.window = network.window();
        this.input = new float[network.sequenceInputs() * window];
        this.vector = new float[Kernels.padded(normalizer.size())];
    }

    /** How it computes, which makes no difference to scores: for a log. */
    public String arithmetic() {
        return kernels.description();
    }

    @Override
    public String bundleId() {
        return bundleId;
    }

    @Override
    public int steps() {
        return steps;
    }

    @Override
    public double score(float[][] sequence) {
        return calibration.probability(logOdds(sequence));
    }

    /** Allocates, and costs up to a hundred times as much as a score. */
    @Override
    public double[] contributions(float[][] sequence, float[] usual) {
        return gradients.contributions(sequence, usual);
    }

    /**
     * The network's log-odds before calibration: the last layer's sum, or the members' mean of it.
     */
    public float logOdds(float[][] sequence) {
        int used = Math.min(sequence.length, steps);
        int normalised = 0;
        if (newest != null) {
            newest.set(sequence[sequence.length - 1]);
        }
        if (input.length > 0) {
            int size = columns.size;
            Arrays.fill(input, 0, (window - used) * size, 0);
            if (newest != null) {
                System.arraycopy(newest.normalised(), 0, input, (window - 1) * size, size);
                normalised = 1;
            }
            for (int i = normalised + 1; i <= used; i++) {
                kernels.normalise(columns, sequence[sequence.length - i], vector);
                System.arraycopy(vector, 0, input, (window - i) * size, size);
            }
        }
        float sum = 0;
        for (MemberKernel member : members) {
            sum += member.logOdds(input, used);
        }
        return members.length == 1 ? sum : sum / members.length;
    }

    /**
     * How far the network's output is off at most from the reference's, both before calibration.
     */
    public double largestDifference(GoldenCases golden) {
        double largest = 0;
        for (int i = 0; i < golden.outputs().length; i++) {
            double output = Calibration.NONE.probability(logOdds(golden.sequences()[i]));
            double difference = Math.abs(output - golden.outputs()[i]);
            largest = Math.max(largest, difference);
        }
        return largest;
    }
}
