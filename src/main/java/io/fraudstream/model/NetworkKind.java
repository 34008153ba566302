package io.fraudstream.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The networks that can be trained and served. */
public enum NetworkKind {
    /** Layers over the event's own vector. */
    @JsonProperty("dense")
    DENSE,
    /** A recurrent layer over the card's last vectors, then dense layers. */
    @JsonProperty("lstm")
    LSTM,
    /** Temporal convolutions over the card's last vectors, then dense layers. */
    @JsonProperty("cnn")
    CNN,
    /**
     * A recurrent layer over the card's last vectors beside dense layers over the event's own
     * vector, then dense layers over both.
     */
    @JsonProperty("combined")
    COMBINED;

    /** The kinds as settings spell them, for a sentence. */
    public static final String CHOICES =
            Arrays.stream(values())
                    .map(NetworkKind::wireName)
                    .collect(Collectors.joining(", "))
                    .replaceFirst(", ([a-z]+)$", " or $1");

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
        throw new IllegalArgumentException("model is \"" + name + "\", expected " + CHOICES);
    }
}
