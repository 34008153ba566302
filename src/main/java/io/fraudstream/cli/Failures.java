package io.fraudstream.cli;

import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Says in one line what went wrong, for exceptions whose own message does not. */
final class Failures {
    private static final int MAX_LENGTH = 500;

    private Failures() {}

    static String describe(Throwable failure) {
        Throwable told = failure;
        while (told.getCause() != null && isWrapper(told)) {
            told = told.getCause();
        }
        String text = text(told).replaceAll("\\s*\\R\\s*", " ");
        return text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) + "…" : text;
    }

    private static boolean isWrapper(Throwable failure) {
        return failure instanceof UncheckedIOException
                || failure instanceof ExecutionException
                || failure instanceof CompletionException
                || failure.getMessage() == null
                || failure.getMessage().equals(failure.getCause().toString());
    }

    private static String text(Throwable failure) {
        String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return failure.getClass().getSimpleName();
        }
        if (failure instanceof NoSuchFileException || failure instanceof FileNotFoundException) {
            return message + ": no such file";
        }
        if (failure instanceof AccessDeniedException) {
            return message + ": access denied";
        }
        if (failure instanceof FileAlreadyExistsException) {
            return message + ": exists already";
        }
        if (failure instanceof NotDirectoryException) {
            return message + ": not a directory";
        }
        if (failure instanceof DirectoryNotEmptyException) {
            return message + ": the directory is not empty";
        }
        return message;
    }
}
