package io.fraudstream.bench;

import io.fraudstream.recording.RecordedTransaction;
import io.fraudstream.simulation.SimulatedTransaction;
import io.fraudstream.simulation.TransactionSimulator;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.Transaction;
import io.fraudstream.transaction.TransactionCodec;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** A simulated stream as records of the wire, up to a time; the next one goes on from there. */
final class SimulatedRows implements Iterator<RecordedTransaction> {
    private static final Coordinates NOWHERE = new Coordinates("simulation", 0, 0, -1);

    private final TransactionSimulator simulator;
    private long left;

    SimulatedRows(TransactionSimulator simulator, long count) {
        this.simulator = simulator;
        this.left = count;
    }

    @Override
    public boolean hasNext() {
        return left > 0 && simulator.hasNext();
    }

    @Override
    public RecordedTransaction next() {
        if (!hasNext()) {
            throw new NoSuchElementException("there are no more rows");
        }
        left--;
        SimulatedTransaction simulated = simulator.next();
        Transaction t = simulated.transaction();
        return new RecordedTransaction(
                TransactionCodec.encode(t),
                t.cardId(),
                t.eventTime(),
                simulated.isFraud() && simulated.isReported() ? Workload.label(simulated) : null,
                NOWHERE);
    }
}
