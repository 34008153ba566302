package io.fraudstream.job.state;

import io.fraudstream.transaction.Transaction;
import java.util.Comparator;

/** Something whose turn comes by (order time, event time, transaction id, partition, offset). */
public interface Ordered {
    /** The order within one key and one {@link #orderTime()}. */
    Comparator<Ordered> ORDER =
            Comparator.comparingLong(Ordered::orderTime)
                    .thenComparingLong(ordered -> ordered.transaction().eventTime())
                    .thenComparing(ordered -> ordered.transaction().id())
                    .thenComparingInt(ordered -> ordered.admitted().partition())
                    .thenComparingLong(ordered -> ordered.admitted().offset());

    long orderTime();

    Admitted admitted();

    default Transaction transaction() {
        return admitted().transaction();
    }
}
