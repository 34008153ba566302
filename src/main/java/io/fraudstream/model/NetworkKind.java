package io.fraudstream.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** The networks that can be trained and served. */
public enum NetworkKind {
    /** Layers over the event's own vector. */
    @JsonProperty("dense")
    DENSE,
    /** A recurrent layer over the card's last vectors, then dense layers. */
    @JsonProperty("lstm")
    LSTM;

    /** As settings and bundles spell it. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * @throws IllegalArgumentException naming the value and the choices
     */
    public static NetworkKind of(String name) {
        for (NetworkKind kind : values()) {
            if (kind.wireName().equals(name)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("model is \"" + name + "\", expected dense or lstm");
    }
}
