package io.fraudstream.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/**
 * Files that hold a secret. As ssh does with its keys, one that other users may read or change is
 * refused; its owner's group may read it, since containers are given secrets in that way. Where a
 * file system knows no such permissions, none are asked for.
 */
public final class SecretFile {
    private static final Set<PosixFilePermission> NOT_FOR_OTHERS =
            PosixFilePermissions.fromString("----w-rwx");
    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rw-------");

    private SecretFile() {}

    /**
     * Reads the text of a secret file.
     *
     * @param setting what names the file, for errors
     * @throws SettingsException if it is not there, or not kept from others
     */
    public static String read(String setting, Path file) throws SettingsException {
        List<String> faults = faults(setting, file);
        if (!faults.isEmpty()) {
            throw new SettingsException(faults);
        }
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new SettingsException(cannotBeRead(setting, file, unreadable));
        }
    }

    /** What is wrong with the file's place and permissions; empty where nothing is. */
    static List<String> faults(String setting, Path file) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.stream().noneMatch(NOT_FOR_OTHERS::contains)) {
                return List.of();
            }
            return List.of(
                    setting
                            + " ("
                            + file
                            + ") has the permissions "
                            + PosixFilePermissions.toString(permissions)
                            + ", expected it to be kept from other users: chmod 600 "
                            + file);
        } catch (UnsupportedOperationException noPosix) {
            return Files.isReadable(file)
                    ? List.of()
                    : List.of(
                            cannotBeRead(setting, file, new NoSuchFileException(file.toString())));
        } catch (IOException unreadable) {
            return List.of(cannotBeRead(setting, file, unreadable));
        }
    }

    private static String cannotBeRead(String setting, Path file, IOException unreadable) {
        return setting + " (" + file + ") can't be read: " + unreadable;
    }

    /**
     * Writes a secret where its owner alone can read it. The file appears, or is replaced, as a
     * whole.
     *
     * @param replace whether there may be one already
     */
    public static void write(Path file, String text, boolean replace) throws IOException {
        Path target = file.toAbsolutePath();
        Path partial = Files.createTempFile(target.getParent(), ".secret", null);
        try {
            if (Files.getFileStore(partial).supportsFileAttributeView("posix")) {
                Files.setPosixFilePermissions(partial, OWNER_ONLY);
            }
            Files.writeString(partial, text);
            if (replace) {
                Files.move(
                        partial,
                        target,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            } else {
                Files.move(partial, target);
            }
        } finally {
            Files.deleteIfExists(partial);
        }
    }
}
