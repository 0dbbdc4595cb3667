package dev.connectcdc.values;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;

/**
 * A value that is JSON already, such as that of a jsonb column: {@link JsonText} writes it as it is.
 *
 * @param json one JSON value
 */
public record JsonFragment(String json) {

    /** The library's limits on digits and characters would make an object of one row the text of another. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /**
     * @param text any text
     * @return a fragment where the text is one JSON value of at most 1000 levels, else the text
     */
    static Object orText(String text) {
        return isJson(text) ? new JsonFragment(text) : text;
    }

    private static boolean isJson(String text) {
        try (JsonParser parser = FACTORY.createParser(text)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            parser.finishToken();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }
}
