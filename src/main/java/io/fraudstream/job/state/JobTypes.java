package io.fraudstream.job.state;

import io.fraudstream.alert.ScoredTransaction;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Rejection;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/** The type information of everything that travels between operators. */
public final class JobTypes {
    public static final TypeInformation<Received> RECEIVED =
            new SerializedType<>(Received.class, ReceivedSerializer.INSTANCE);
    public static final TypeInformation<Admitted> ADMITTED =
            new SerializedType<>(Admitted.class, AdmittedSerializer.INSTANCE);
    public static final TypeInformation<Measured> MEASURED =
            new SerializedType<>(Measured.class, MeasuredSerializer.INSTANCE);
    public static final TypeInformation<ScoredTransaction> SCORED =
            new SerializedType<>(ScoredTransaction.class, ScoredTransactionSerializer.INSTANCE);
    public static final TypeInformation<FraudLabel> LABEL =
            new SerializedType<>(FraudLabel.class, LabelSerializer.INSTANCE);
    public static final TypeInformation<Rejection> REJECTION =
            new SerializedType<>(Rejection.class, RejectionSerializer.INSTANCE);
    public static final TypeInformation<Announced> ANNOUNCED =
            new SerializedType<>(Announced.class, AnnouncedSerializer.INSTANCE);
    public static final TypeInformation<ServedBundle> SERVED_BUNDLE =
            new SerializedType<>(ServedBundle.class, ServedBundleSerializer.INSTANCE);

    private JobTypes() {}
}
