package io.fraudstream.training;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;

/**
 * Lets one keeper at a time into an event store. The operating system holds the lock, so it ends
 * with its process however that ends; the file's content says whose it is.
 */
final class StoreLock implements AutoCloseable {
    // Behind the content, which others must be able to read where locks are mandatory.
    private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

    private final FileChannel channel;

    private StoreLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * @param task what the owner is doing, for the error of the next one
     * @throws StoreException if another keeper is at work
     */
    static StoreLock take(Path file, String task) throws StoreException {
        FileChannel channel = null;
        FileLock lock = null;
        try {
            Files.createDirectories(file.getParent());
            channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            lock = lock(channel);
            if (lock == null) {
                throw new StoreException(
                        file
                                + " is held by "
                                + Files.readString(file).strip()
                                + ", expected one keeper at a time: wait until it has ended",
                        null);
            }
            String owner =
                    task
                            + " (process "
                            + ProcessHandle.current().pid()
                            + ", since "
                            + Instant.now()
                            + ")\n";
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(owner.getBytes(StandardCharsets.UTF_8)));
            return new StoreLock(channel);
        } catch (IOException broken) {
            throw new StoreException(
                    file + " cannot be written, expected a place for a lock: " + broken, broken);
        } finally {
            if (lock == null && channel != null) {
                closeQuietly(channel);
            }
        }
    }

    private static FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock(LOCKED_BYTE, 1, false);
        } catch (OverlappingFileLockException ofThisProcess) {
            return null;
        }
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException unimportant) {
            // The lock was not had, so there is nothing to lose.
        }
    }

    @Override
    public void close() throws StoreException {
        try {
            channel.close();
        } catch (IOException broken) {
            throw new StoreException("the store's lock cannot be given back: " + broken, broken);
        }
    }
}
