package io.fraudstream.registry;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory of this machine. Of several writers of one file exactly one creates it, whatever
 * process they are in, since a hard link is made only where nothing is yet.
 */
public final class LocalRegistryFiles implements RegistryFiles {
    private final Path directory;

    public LocalRegistryFiles(Path directory) {
        this.directory = directory.toAbsolutePath().normalize();
    }

    @Override
    public URI uriOf(String path) {
        return directory.resolve(path).toUri();
    }

    @Override
    public List<String> list(String folder) throws IOException {
        Path listed = directory.resolve(folder);
        if (!Files.isDirectory(listed)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(listed)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .toList();
        }
    }

    @Override
    public boolean exists(String path) {
        return Files.exists(directory.resolve(path));
    }

    @Override
    public byte[] read(String path) throws IOException {
        return Files.readAllBytes(directory.resolve(path));
    }

    @Override
    public boolean create(String path, byte[] content) throws IOException {
        Path target = directory.resolve(path);
        Files.createDirectories(target.getParent());
        Path partial = Files.createTempFile(target.getParent(), ".", ".partial");
        try {
            Files.write(partial, content);
            Files.createLink(target, partial);
            return true;
        } catch (FileAlreadyExistsException present) {
            return false;
        } finally {
            Files.delete(partial);
        }
    }
}
