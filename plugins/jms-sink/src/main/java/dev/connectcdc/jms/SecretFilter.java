package dev.connectcdc.jms;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keeps secrets out of errors. JMS clients quote URLs and settings in their messages, and a task's error with all its
 * causes is in the worker's log and at its REST port.
 */
final class SecretFilter {

    private static final String HIDDEN = "[hidden]";

    private static final Pattern SECRET_NAME = Pattern.compile("(?i)password|secret|credential|passphrase|token");

    /**
     * A parameter of a URL, and the password before a host. A comma or bracket can end the parameter or be part of it:
     * the first group ends before it, the second does not.
     */
    private static final Pattern URL_SECRET = Pattern.compile(
            "(?i)[?&;,(][\\w.-]*(?:password|secret|credential|passphrase|token)[\\w.-]*=(?=([^&;,)]*))([^&;]+)"
                    + "|//[^/:@]+:([^@/]+)@");

    private final List<String> secrets;

    private SecretFilter(List<String> secrets) {
        // Longest first: one may be part of another.
        this.secrets = secrets.stream()
                .filter(secret -> !secret.isEmpty())
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    /**
     * @param passwords values of the password settings
     * @param properties properties of which those named like a secret are one
     * @param urls texts that may be URLs with secrets inside
     * @return the filter
     */
    static SecretFilter of(List<String> passwords, Map<String, String> properties, List<String> urls) {
        List<String> secrets = new ArrayList<>(passwords);
        properties.forEach((name, value) -> {
            if (SECRET_NAME.matcher(name).find()) {
                secrets.add(value);
            }
        });
        urls.forEach(url -> secrets.addAll(secretsIn(url)));
        return new SecretFilter(secrets);
    }

    /** @return the URL without the secrets in it */
    static String cleanUrl(String url) {
        return new SecretFilter(secretsIn(url)).clean(url);
    }

    /** @return the text with each secret replaced by {@code [hidden]}; the empty text for null */
    String clean(String text) {
        String clean = text == null ? "" : text;
        for (String secret : secrets) {
            clean = clean.replace(secret, HIDDEN);
        }
        return clean;
    }

    /** @return the throwable as a cause to keep; null when it or one of its causes has a secret */
    Throwable cause(Throwable throwable) {
        for (Throwable link = throwable; link != null; link = link.getCause()) {
            String text = link.toString();
            if (!clean(text).equals(text)) {
                return null;
            }
        }
        return throwable;
    }

    private static List<String> secretsIn(String url) {
        List<String> found = new ArrayList<>();
        Matcher secret = URL_SECRET.matcher(url);
        while (secret.find()) {
            for (int group = 1; group <= secret.groupCount(); group++) {
                if (secret.group(group) != null) {
                    found.add(secret.group(group));
                    found.add(decoded(secret.group(group)));
                }
            }
        }
        return found;
    }

    /** As the client has it, and prints it. */
    private static String decoded(String part) {
        try {
            return URLDecoder.decode(part, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return part;
        }
    }
}
