package io.fraudstream.cli;

import io.fraudstream.config.KeyFiles;
import io.fraudstream.config.SecretFile;
import io.fraudstream.config.SettingsException;
import io.fraudstream.registry.BundleSigner;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes, wraps and names keys; shows none. */
@Command(
        name = "keys",
        description = "Makes the keys of card tokens and of bundles, and rotates wrapping keys.",
        footer = {
            "  fraudstream keys new wrapping.key",
            "  fraudstream keys new card-token.key --wrapped-by wrapping.key",
            "  fraudstream keys wrap card-token.key --by wrapping.key",
            "  fraudstream keys signing signing.key"
        })
final class KeysCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "new, wrap, show or signing is missing");
    }

    @Command(
            name = "new",
            description =
                    "Draws a key of 256 bits. Without --wrapped-by it is put at the end of FILE, so"
                            + " that a wrapping key can take the place of another.",
            footer = {
                "  fraudstream keys new wrapping.key",
                "  fraudstream keys new card-token.key --wrapped-by wrapping.key"
            })
    int create(
            @Parameters(paramLabel = "FILE", description = "Where to write it.") Path file,
            @Option(
                            names = "--wrapped-by",
                            paramLabel = "KEYS",
                            description =
                                    "The file of wrapping keys, whose last one wraps the new key;"
                                            + " FILE must not be there yet.")
                    Path wrappingKeys)
            throws SettingsException, IOException {
        return told(
                wrappingKeys == null
                        ? "Added the key " + KeyFiles.add(file) + " to " + file + "."
                        : "Written: " + file + ", " + KeyFiles.createWrapped(file, wrappingKeys));
    }

    @Command(
            name = "wrap",
            description = {
                "Wraps the key in FILE by the last of the wrapping keys.",
                "One that is wrapped already, by any of them, is wrapped anew: the key within, and"
                        + " so every card's token and history, stays the same."
            },
            footer = "  fraudstream keys wrap card-token.key --by wrapping.key")
    int wrap(
            @Parameters(paramLabel = "FILE", description = "The card token key.") Path file,
            @Option(
                            names = "--by",
                            paramLabel = "KEYS",
                            required = true,
                            description = "The file of wrapping keys, one a line.")
                    Path wrappingKeys)
            throws SettingsException, IOException {
        return told("Written: " + file + ", " + KeyFiles.wrap(file, wrappingKeys));
    }

    @Command(
            name = "show",
            description = "Names the keys in a file by their fingerprints.",
            footer = "  fraudstream keys show card-token.key")
    int show(@Parameters(paramLabel = "FILE", description = "Keys.") Path file)
            throws SettingsException {
        return told(KeyFiles.describe(file));
    }

    @Command(
            name = "signing",
            description =
                    "Makes a pair of Ed25519 keys: FILE signs bundles (registry.signingKeyFile),"
                            + " FILE.pub tells that they are yours (registry.trustedKeysFile).",
            footer = "  fraudstream keys signing signing.key")
    int signing(@Parameters(paramLabel = "FILE", description = "Where to write them.") Path file)
            throws IOException {
        BundleSigner.Keys keys = BundleSigner.generate();
        SecretFile.write(file, keys.signing(), false);
        Path trusted = Path.of(file + ".pub");
        Files.writeString(trusted, keys.trusted());
        return told("Written: " + file + ", to be kept, and " + trusted + ", to be given away.");
    }

    private int told(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
        return Fraudstream.DONE;
    }
}
