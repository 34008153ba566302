package io.fraudstream.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version and commit that the build wrote into {@code build.properties}. */
final class BuildVersion implements IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
        Properties build = new Properties();
        try (InputStream in = BuildVersion.class.getResourceAsStream("build.properties")) {
            build.load(in);
        }
        String commit = build.getProperty("commit");
        // Outside a Git checkout the build leaves the placeholder in its place.
        String suffix = commit.isBlank() || commit.startsWith("$") ? "" : " (" + commit + ")";
        return new String[] {
            "fraudstream " + build.getProperty("version") + suffix,
            "Java "
                    + Runtime.version()
                    + ", "
                    + System.getProperty("os.name")
                    + " "
                    + System.getProperty("os.arch")
        };
    }
}
