package io.fraudstream.registry;

import java.io.IOException;
import java.net.URI;
import java.util.List;

/**
 * Where a registry's files lie: in folders of whole files that are written once, never changed and
 * never seen half. So it can be any file system, an object store among them, which neither appends
 * nor replaces. Paths are relative, with {@code /} between their parts.
 */
public interface RegistryFiles {
    /** Where the file lies or would lie, for whoever reads it without this registry. */
    URI uriOf(String path);

    /** The names of a folder's files, in no order; none where there is no such folder. */
    List<String> list(String folder) throws IOException;

    boolean exists(String path) throws IOException;

    /**
     * The whole file.
     *
     * @throws IOException also if there is none
     */
    byte[] read(String path) throws IOException;

    /**
     * Writes a file, whole or not at all.
     *
     * @return whether it was written; {@code false} if there was one already, which stays as it is
     */
    boolean create(String path, byte[] content) throws IOException;
}
