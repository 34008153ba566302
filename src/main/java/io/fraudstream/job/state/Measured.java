package io.fraudstream.job.state;

import io.fraudstream.features.FeatureEngine;

/** An admitted transaction with its terminal's features. */
public record Measured(Admitted admitted, FeatureEngine.Features terminal) implements Ordered {
    @Override
    public long orderTime() {
        return admitted.orderTime();
    }
}
