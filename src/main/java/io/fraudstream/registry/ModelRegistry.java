package io.fraudstream.registry;

import io.fraudstream.model.BundleException;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.ModelBundle;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Immutable bundles, {@code bundles/<id>.zip}, and a log of every decision about them, one line of
 * JSON in a file of its own, {@code log/<number>.json}. Who serves a slot follows from the log.
 */
public final class ModelRegistry {
    private static final String BUNDLES = "bundles";
    private static final String BUNDLE_SUFFIX = ".zip";
    private static final String LOG = "log";

    private final RegistryFiles files;
    private final Clock clock;
    private final BundleSigner signer;
    private final TrustedKeys trusted;

    /**
     * @param signer signs what is published; {@code null} to take signatures that come with it
     * @param trusted by whose keys bundles must be signed, if by any
     */
    public ModelRegistry(
            RegistryFiles files, Clock clock, BundleSigner signer, TrustedKeys trusted) {
        this.files = files;
        this.clock = clock;
        this.signer = signer;
        this.trusted = trusted;
    }

    /** A registry without signatures. */
    public ModelRegistry(RegistryFiles files, Clock clock) {
        this(files, clock, null, TrustedKeys.NONE);
    }

    /** A registry in a directory of this machine. */
    public ModelRegistry(Path directory, Clock clock) {
        this(new LocalRegistryFiles(directory), clock);
    }

    /** Where the bundle lies or would lie. */
    public URI uriOf(String bundleId) {
        return files.uriOf(pathOf(bundleId));
    }

    public boolean holds(String bundleId) throws IOException {
        return files.exists(pathOf(bundleId));
    }

    /**
     * Checks a bundle and takes it in; one that is there already stays as it is.
     *
     * @throws BundleException if it is not a bundle
     */
    public ModelBundle publish(byte[] zip) throws IOException, BundleException {
        return publish(zip, null);
    }

    /**
     * The same with a signature that was made elsewhere, which counts where the registry has no key
     * to sign by.
     *
     * @param signature {@code null} for none
     * @throws BundleException if it is not a bundle, is not signed as it must be, or another file
     *     has its id already
     */
    public ModelBundle publish(byte[] zip, byte[] signature) throws IOException, BundleException {
        byte[] sealed = signer == null ? signature : signer.sign(zip);
        trusted.require("the bundle", zip, sealed);
        ModelBundle bundle = BundleFormat.read(zip);
        String path = pathOf(bundle.id());
        // Before the bundle, so that none is there without it.
        if (sealed != null && !files.create(path + BundleSigner.SUFFIX, sealed)) {
            requireSame(path + BundleSigner.SUFFIX, sealed);
        }
        if (!files.create(path, zip)) {
            requireSame(path, zip);
        }
        return bundle;
    }

    private void requireSame(String path, byte[] content) throws IOException, BundleException {
        if (!Arrays.equals(files.read(path), content)) {
            throw new BundleException(
                    files.uriOf(path) + " is there already with other content, expected the same");
        }
    }

    public List<String> bundleIds() throws IOException {
        return files.list(BUNDLES).stream()
                .filter(name -> name.endsWith(BUNDLE_SUFFIX))
                .map(name -> name.substring(0, name.length() - BUNDLE_SUFFIX.length()))
                .sorted()
                .toList();
    }

    /**
     * @throws BundleException if the registry does not hold it or it is damaged
     */
    public ModelBundle load(String bundleId) throws IOException, BundleException {
        return read(bundleId, bytesOf(bundleId));
    }

    /**
     * Writes into the log that the bundle serves the slot from now on, and returns the pointer to
     * announce. Promoting what serves already, with another threshold, changes that threshold.
     *
     * @param effectiveFrom event time, milliseconds since the epoch
     * @param threshold overrides the bundle's own; {@code null} to keep that
     * @throws BundleException if the registry does not hold the bundle, it is damaged, or it is to
     *     be champion and knows labels less far than the present one
     */
    public ModelPointer promote(
            String slot, String bundleId, long effectiveFrom, Double threshold, Why why)
            throws IOException, BundleException {
        byte[] zip = bytesOf(bundleId);
        ModelBundle bundle = read(bundleId, zip);
        Optional<RegistryEntry> present = inService(slot);
        if (present.isPresent() && slot.equals(ModelPointer.CHAMPION)) {
            ModelBundle champion = load(present.get().bundleId());
            if (bundle.manifest().labelCutOff() < champion.manifest().labelCutOff()) {
                throw new BundleException(
                        bundleId
                                + " is older than the champion "
                                + champion.id()
                                + ": its labels end at "
                                + bundle.manifest().labelCutOff()
                                + ", expected "
                                + champion.manifest().labelCutOff()
                                + " or later; a rollback may go back");
            }
        }
        RegistryEntry entry =
                append(RegistryEntry.Kind.PROMOTED, slot, bundleId, threshold, effectiveFrom, why);
        return pointer(entry, zip, bundle, ModelPointer.Kind.PROMOTION);
    }

    /**
     * Puts the bundle that served the slot before, with the threshold that it had, into service
     * again; after a retirement that is the one that was retired.
     *
     * @throws BundleException if none served before, or it is damaged
     */
    public ModelPointer rollBack(String slot, long effectiveFrom, Why why)
            throws IOException, BundleException {
        Succession succession = succession(slot);
        Optional<RegistryEntry> before = succession.before();
        if (before.isEmpty()) {
            throw new BundleException(
                    "no bundle served as "
                            + slot
                            + " before"
                            + succession
                                    .present()
                                    .map(entry -> " " + entry.bundleId())
                                    .orElse(" now")
                            + ", expected one to go back to");
        }
        return rollBack(before.get(), effectiveFrom, why);
    }

    /**
     * Puts a bundle that has served the slot, with the threshold that it had last, into service
     * again.
     *
     * @throws BundleException if it never served the slot, or is damaged
     */
    public ModelPointer rollBackTo(String slot, String bundleId, long effectiveFrom, Why why)
            throws IOException, BundleException {
        RegistryEntry last = null;
        List<String> served = new ArrayList<>();
        for (RegistryEntry entry : log()) {
            if (entry.slot().equals(slot) && entry.kind() != RegistryEntry.Kind.REFUSED) {
                served.add(entry.bundleId());
                last = entry.bundleId().equals(bundleId) ? entry : last;
            }
        }
        if (last == null) {
            throw new BundleException(
                    bundleId
                            + " never served as "
                            + slot
                            + ", expected one of "
                            + served.stream().distinct().toList());
        }
        return rollBack(last, effectiveFrom, why);
    }

    private ModelPointer rollBack(RegistryEntry to, long effectiveFrom, Why why)
            throws IOException, BundleException {
        byte[] zip = bytesOf(to.bundleId());
        ModelBundle bundle = read(to.bundleId(), zip);
        RegistryEntry entry =
                append(
                        RegistryEntry.Kind.ROLLED_BACK,
                        to.slot(),
                        to.bundleId(),
                        to.threshold(),
                        effectiveFrom,
                        why);
        return pointer(entry, zip, bundle, ModelPointer.Kind.ROLLBACK);
    }

    /**
     * Writes into the log that nothing serves the slot from now on, and returns the pointer to
     * announce.
     *
     * @throws BundleException if nothing serves it now
     */
    public ModelPointer retire(String slot, long effectiveFrom, Why why)
            throws IOException, BundleException {
        RegistryEntry present =
                inService(slot)
                        .orElseThrow(
                                () ->
                                        new BundleException(
                                                "nothing serves as "
                                                        + slot
                                                        + ", expected a bundle to retire"));
        byte[] zip = bytesOf(present.bundleId());
        RegistryEntry entry =
                append(
                        RegistryEntry.Kind.RETIRED,
                        slot,
                        present.bundleId(),
                        present.threshold(),
                        effectiveFrom,
                        why);
        return pointer(entry, zip, read(present.bundleId(), zip), ModelPointer.Kind.RETIREMENT);
    }

    /**
     * Writes into the log that a bundle was not promoted, and why; what serves goes on.
     *
     * @param bundleId {@code null} where there is none, since training failed
     */
    public RegistryEntry recordRefusal(String slot, String bundleId, Why why) throws IOException {
        return append(RegistryEntry.Kind.REFUSED, slot, bundleId, null, 0, why);
    }

    /** Every decision, the oldest first. */
    public List<RegistryEntry> log() throws IOException {
        List<RegistryEntry> entries = new ArrayList<>();
        for (String name : files.list(LOG).stream().sorted().toList()) {
            String path = LOG + "/" + name;
            RegistryEntry entry;
            try {
                entry = RegistryEntry.decode(files.read(path));
            } catch (IOException broken) {
                throw new IOException(files.uriOf(path) + ": " + broken.getMessage(), broken);
            }
            if (entry.number() != entries.size() + 1 || !path.equals(pathOf(entry.number()))) {
                throw new IOException(
                        files.uriOf(path)
                                + " holds the entry "
                                + entry.number()
                                + ", expected "
                                + (entries.size() + 1));
            }
            entries.add(entry);
        }
        return entries;
    }

    /** Who serves the slot, by the decision that put it there. */
    public Optional<RegistryEntry> inService(String slot) throws IOException {
        return succession(slot).present();
    }

    /** Who served a slot, the present one last, without those that were rolled back. */
    private record Succession(Deque<RegistryEntry> served, boolean retired) {
        Optional<RegistryEntry> present() {
            return retired ? Optional.empty() : Optional.ofNullable(served.peekLast());
        }

        Optional<RegistryEntry> before() {
            if (retired) {
                return Optional.ofNullable(served.peekLast());
            }
            return served.stream()
                    .limit(Math.max(0, served.size() - 1))
                    .reduce((earlier, later) -> later);
        }
    }

    private Succession succession(String slot) throws IOException {
        Deque<RegistryEntry> served = new ArrayDeque<>();
        boolean retired = false;
        for (RegistryEntry entry : log()) {
            if (!entry.slot().equals(slot) || entry.kind() == RegistryEntry.Kind.REFUSED) {
                continue;
            }
            retired = entry.kind() == RegistryEntry.Kind.RETIRED;
            if (retired) {
                continue;
            }
            if (entry.kind() == RegistryEntry.Kind.ROLLED_BACK
                    && served.stream().anyMatch(earlier -> sameBundle(earlier, entry))) {
                while (!sameBundle(served.getLast(), entry)) {
                    served.removeLast();
                }
            }
            // Another threshold is no other champion.
            if (!served.isEmpty() && sameBundle(served.getLast(), entry)) {
                served.removeLast();
            }
            served.addLast(entry);
        }
        return new Succession(served, retired);
    }

    private static boolean sameBundle(RegistryEntry one, RegistryEntry other) {
        return one.bundleId().equals(other.bundleId());
    }

    private RegistryEntry append(
            RegistryEntry.Kind kind,
            String slot,
            String bundleId,
            Double threshold,
            long effectiveFrom,
            Why why)
            throws IOException {
        if (!ModelPointer.SLOTS.contains(slot)) {
            throw new IllegalArgumentException(
                    "slot is \"" + slot + "\", expected one of " + ModelPointer.SLOTS);
        }
        while (true) {
            RegistryEntry entry =
                    new RegistryEntry(
                            log().size() + 1L,
                            clock.instant(),
                            kind,
                            slot,
                            bundleId,
                            threshold,
                            effectiveFrom,
                            why);
            // Another writer may have taken the number.
            if (files.create(pathOf(entry.number()), entry.encode())) {
                return entry;
            }
        }
    }

    private ModelPointer pointer(
            RegistryEntry entry, byte[] zip, ModelBundle bundle, ModelPointer.Kind kind) {
        return new ModelPointer(
                entry.slot(),
                entry.bundleId(),
                uriOf(entry.bundleId()).toString(),
                BundleFormat.sha256(zip),
                bundle.manifest().featureFingerprint(),
                entry.effectiveFrom(),
                entry.threshold(),
                entry.number(),
                kind);
    }

    private byte[] bytesOf(String bundleId) throws IOException, BundleException {
        if (!holds(bundleId)) {
            throw new BundleException(
                    "registry holds no bundle " + bundleId + ", expected one of " + bundleIds());
        }
        String path = pathOf(bundleId);
        byte[] zip = files.read(path);
        if (trusted.demandsSignature()) {
            String signature = path + BundleSigner.SUFFIX;
            trusted.require(
                    files.uriOf(path).toString(),
                    zip,
                    files.exists(signature) ? files.read(signature) : null);
        }
        return zip;
    }

    private static ModelBundle read(String bundleId, byte[] zip) throws BundleException {
        ModelBundle bundle = BundleFormat.read(zip);
        if (!bundle.id().equals(bundleId)) {
            throw new BundleException(
                    bundleId + ".zip holds the bundle " + bundle.id() + ", expected " + bundleId);
        }
        return bundle;
    }

    private static String pathOf(String bundleId) {
        return BUNDLES + "/" + bundleId + BUNDLE_SUFFIX;
    }

    private static String pathOf(long number) {
        return String.format(Locale.ROOT, "%s/%08d.json", LOG, number);
    }
}
