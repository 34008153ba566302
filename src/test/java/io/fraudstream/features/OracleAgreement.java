package io.fraudstream.features;

import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.transaction.Transaction;

/** Whether engine and oracle agree: whole numbers exactly, the rest to 1e-9. */
final class OracleAgreement {
    private OracleAgreement() {}

    static void check(FeatureSchema schema, Transaction t, double[] expected, double[] measured) {
        for (int i = 0; i < schema.size(); i++) {
            FeatureSpec spec = schema.specs().get(i);
            boolean agrees =
                    isWhole(spec)
                            ? Double.compare(expected[i], measured[i]) == 0
                            : Double.isNaN(expected[i])
                                    ? Double.isNaN(measured[i])
                                    : Math.abs(expected[i] - measured[i])
                                            <= 1e-9 * Math.max(1e-3, Math.abs(expected[i]));
            assertThat(agrees)
                    .as(
                            "%s of %s: defined as %s, measured as %s",
                            spec.name(), t, expected[i], measured[i])
                    .isTrue();
        }
    }

    private static boolean isWhole(FeatureSpec spec) {
        return switch (spec.unit()) {
            case COUNT, FLAG, HOUR -> true;
            case MONEY -> !spec.name().startsWith("card_mean_");
            case RATIO, DEVIATIONS, SHARE, SECONDS, DAYS, KILOMETRES, KILOMETRES_PER_HOUR -> false;
        };
    }
}
