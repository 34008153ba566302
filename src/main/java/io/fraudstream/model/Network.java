package io.fraudstream.model;

import io.fraudstream.features.FeatureSchema;
import java.util.ArrayList;
import java.util.List;

/**
 * A trained network as plain numbers: one member, or several of the same shape whose log-odds are
 * averaged.
 */
public record Network(NetworkKind kind, List<Member> members) {
    /** A convolutional branch reads no more steps than this. */
    public static final int MAX_WINDOW = 64;

    public Network {
        members = List.copyOf(members);
        require(!members.isEmpty(), "a network has 0 members, expected 1 or more");
        for (Member member : members) {
            member.check(kind);
            require(
                    member.sequenceInputs() == members.get(0).sequenceInputs()
                            && member.newestInputs() == members.get(0).newestInputs()
                            && member.window() == members.get(0).window(),
                    "members of a network read different inputs");
        }
    }

    public Network(NetworkKind kind, Member member) {
        this(kind, List.of(member));
    }

    /** How many numbers a normalised vector of the sequence holds; 0 if no sequence is read. */
    public int sequenceInputs() {
        return members.get(0).sequenceInputs();
    }

    /** How many numbers the newest, encoded vector holds; 0 if only the sequence is read. */
    public int newestInputs() {
        return members.get(0).newestInputs();
    }

    /**
     * Over how many steps the sequence is laid out, the newest event last and zeros in front of a
     * short one: 1 for networks that look at the newest vector only.
     */
    public int window() {
        return members.get(0).window();
    }

    /** How many of a card's last vectors are read at most. */
    public int steps() {
        return Math.min(window(), FeatureSchema.SEQUENCE_LENGTH);
    }

    /**
     * Two branches and what joins them.
     *
     * @param sequence layers over the card's last normalised vectors, whose result is that of the
     *     newest step: one {@link Layer.Lstm} or {@link Layer.Convolution}s; may be empty
     * @param aggregate layers over the newest vector, encoded; may be empty
     * @param head layers over the outputs of the sequence branch followed by those of the aggregate
     *     branch, or over the newest vector, encoded, where both branches are empty; the last of
     *     them is one sigmoid unit
     */
    public record Member(
            List<Layer> sequence, List<Layer.Dense> aggregate, List<Layer.Dense> head) {
        public Member {
            sequence = List.copyOf(sequence);
            aggregate = List.copyOf(aggregate);
            head = List.copyOf(head);
            require(!head.isEmpty(), "the head has 0 layers, expected 1 or more");
            requireChain("sequence", sequence);
            requireChain("aggregate", aggregate);
            requireChain("head", head);
            if (!sequence.isEmpty() || !aggregate.isEmpty()) {
                int merged = outputs(sequence) + outputs(aggregate);
                require(
                        head.get(0).inputs() == merged,
                        "the head takes "
                                + head.get(0).inputs()
                                + " inputs, expected the branches' "
                                + merged);
            }
            Layer.Dense last = head.get(head.size() - 1);
            require(
                    last.outputs() == 1 && last.activation() == Activation.SIGMOID,
                    "the last layer is expected to be one sigmoid unit");
        }

        /** All layers: the sequence branch's, the aggregate branch's, the head's. */
        public List<Layer> layers() {
            List<Layer> layers = new ArrayList<>(sequence);
            layers.addAll(aggregate);
            layers.addAll(head);
            return layers;
        }

        private int sequenceInputs() {
            return sequence.isEmpty() ? 0 : sequence.get(0).inputs();
        }

        private int newestInputs() {
            if (!aggregate.isEmpty()) {
                return aggregate.get(0).inputs();
            }
            return sequence.isEmpty() ? head.get(0).inputs() : 0;
        }

        private int window() {
            if (sequence.isEmpty()) {
                return 1;
            }
            if (sequence.get(0) instanceof Layer.Lstm) {
                return FeatureSchema.SEQUENCE_LENGTH;
            }
            int window = 1;
            for (Layer layer : sequence) {
                window *= ((Layer.Convolution) layer).kernel();
                require(
                        window <= MAX_WINDOW,
                        "convolutions read more than " + MAX_WINDOW + " steps, expected less");
            }
            return window;
        }

        private void check(NetworkKind kind) {
            boolean recurrent = sequence.size() == 1 && sequence.get(0) instanceof Layer.Lstm;
            boolean convolutional =
                    !sequence.isEmpty()
                            && sequence.stream().allMatch(Layer.Convolution.class::isInstance);
            boolean fits =
                    switch (kind) {
                        case DENSE -> sequence.isEmpty() && aggregate.isEmpty();
                        case LSTM -> recurrent && aggregate.isEmpty();
                        case CNN -> convolutional && aggregate.isEmpty();
                        case COMBINED -> recurrent && !aggregate.isEmpty();
                    };
            require(
                    fits,
                    "the branches of a "
                            + kind.wireName()
                            + " network are "
                            + names(sequence)
                            + " over the sequence and "
                            + names(aggregate)
                            + " over the newest vector, expected "
                            + switch (kind) {
                                case DENSE -> "none";
                                case LSTM -> "[Lstm] and []";
                                case CNN -> "[Convolution, ...] and []";
                                case COMBINED -> "[Lstm] and [Dense, ...]";
                            });
        }
    }

    private static int outputs(List<? extends Layer> layers) {
        return layers.isEmpty() ? 0 : layers.get(layers.size() - 1).outputs();
    }

    private static List<String> names(List<? extends Layer> layers) {
        return layers.stream().map(layer -> layer.getClass().getSimpleName()).toList();
    }

    private static void requireChain(String branch, List<? extends Layer> layers) {
        for (int i = 1; i < layers.size(); i++) {
            require(
                    layers.get(i).inputs() == layers.get(i - 1).outputs(),
                    "layer "
                            + i
                            + " of the "
                            + branch
                            + " takes "
                            + layers.get(i).inputs()
                            + " inputs, expected "
                            + layers.get(i - 1).outputs());
        }
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
