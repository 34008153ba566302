package io.fraudstream.job.operator;

import io.fraudstream.registry.ModelPointer;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** Who was accepted last for each slot, and so which pointer may come after. */
final class Succession {
    private final Map<String, Accepted> accepted = new TreeMap<>();

    /**
     * The last pointer that was accepted for a slot.
     *
     * @param labelCutOff of its bundle, milliseconds since the epoch
     */
    record Accepted(String slot, String bundleId, long number, long labelCutOff) {}

    Collection<Accepted> accepted() {
        return accepted.values();
    }

    void restore(Accepted last) {
        accepted.put(last.slot(), last);
    }

    /**
     * Takes the pointer for the last of its slot.
     *
     * @throws RefusedBundle if the registry decided it before the last one, or if it would put an
     *     older champion into service and is no rollback
     */
    void accept(ModelPointer pointer, long labelCutOff) throws RefusedBundle {
        Accepted last = accepted.get(pointer.slot());
        if (last != null && last.number() > 0 && pointer.number() <= last.number()) {
            throw new RefusedBundle(
                    "number",
                    "number is "
                            + pointer.number()
                            + ", expected more than "
                            + last.number()
                            + ", that of the last "
                            + pointer.slot());
        }
        if (last != null
                && pointer.slot().equals(ModelPointer.CHAMPION)
                && pointer.kind() == ModelPointer.Kind.PROMOTION
                && labelCutOff < last.labelCutOff()) {
            throw new RefusedBundle(
                    "labelCutOff",
                    "the labels of "
                            + pointer.bundleId()
                            + " end at "
                            + labelCutOff
                            + ", expected "
                            + last.labelCutOff()
                            + " or later, as those of "
                            + last.bundleId()
                            + " in service, or a rollback");
        }
        restore(new Accepted(pointer.slot(), pointer.bundleId(), pointer.number(), labelCutOff));
    }
}
