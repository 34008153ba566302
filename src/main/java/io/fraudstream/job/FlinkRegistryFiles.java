package io.fraudstream.job;

import io.fraudstream.registry.RegistryFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.RecoverableFsDataOutputStream;

/**
 * Registry files in any file system that Flink knows. A file appears when it is complete, by the
 * file system's recoverable writer. Few of them can tell two writers of one file apart that come at
 * the same moment, so decisions there are to be made one at a time.
 */
public final class FlinkRegistryFiles implements RegistryFiles {
    private final Path directory;

    public FlinkRegistryFiles(URI directory) {
        this.directory = new Path(directory);
    }

    @Override
    public URI uriOf(String path) {
        return at(path).toUri();
    }

    @Override
    public List<String> list(String folder) throws IOException {
        Path listed = at(folder);
        FileStatus[] files;
        try {
            files = listed.getFileSystem().listStatus(listed);
        } catch (FileNotFoundException none) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        if (files != null) {
            for (FileStatus file : files) {
                String name = file.getPath().getName();
                if (!name.startsWith(".")) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    @Override
    public boolean exists(String path) throws IOException {
        return at(path).getFileSystem().exists(at(path));
    }

    @Override
    public byte[] read(String path) throws IOException {
        try (FSDataInputStream in = at(path).getFileSystem().open(at(path))) {
            return in.readAllBytes();
        }
    }

    @Override
    public boolean create(String path, byte[] content) throws IOException {
        FileSystem files = directory.getFileSystem();
        if (files.exists(at(path))) {
            return false;
        }
        try (RecoverableFsDataOutputStream out = files.createRecoverableWriter().open(at(path))) {
            out.write(content);
            out.closeForCommit().commit();
        }
        return true;
    }

    private Path at(String path) {
        return new Path(directory, path);
    }
}
