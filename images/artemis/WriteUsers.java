import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * WriteUsers &lt;folder with a password per file&gt; &lt;etc&gt;: writes artemis-users.properties, with a hash of each
 * password in the format of Artemis' DefaultSensitiveStringCodec, and artemis-roles.properties. Files have their users' names.
 * Artemis' own command takes a password as an argument, where everybody who can list processes reads it.
 *
 * <p>The user "operator" has the role amq, which broker.xml, the console and management.xml allow everything. Each other user
 * has a role of its own, which broker.xml allows what the user may do.
 */
public final class WriteUsers {
    private static final String OPERATOR = "operator";
    private static final int ITERATIONS = 1024;
    private static final int SALT_BYTES = 32;
    private static final int HASH_BITS = 64 * 8;

    private WriteUsers() {}

    public static void main(String[] args) throws Exception {
        Path etc = Path.of(args[1]);
        StringBuilder users = new StringBuilder();
        StringBuilder roles = new StringBuilder();
        for (Path file : files(Path.of(args[0]))) {
            String user = file.getFileName().toString();
            String password = Files.readString(file, StandardCharsets.UTF_8);
            if (!user.matches("[A-Za-z0-9][A-Za-z0-9._-]*") || password.isEmpty()) {
                throw new IllegalArgumentException(file + " is empty, or its name is not that of a user");
            }
            users.append(user).append(" = ").append(encoded(password)).append('\n');
            roles.append(user.equals(OPERATOR) ? "amq" : "user-" + user).append(" = ").append(user).append('\n');
        }
        Files.writeString(etc.resolve("artemis-users.properties"), users);
        Files.writeString(etc.resolve("artemis-roles.properties"), roles);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> found = Files.list(folder)) {
            return found.sorted().toList();
        }
    }

    private static String encoded(String password) throws GeneralSecurityException {
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        HexFormat hex = HexFormat.of().withUpperCase();
        return "ENC(" + ITERATIONS + ":" + hex.formatHex(salt) + ":" + hex.formatHex(hash(password, salt)) + ")";
    }

    private static byte[] hash(String password, byte[] salt) throws GeneralSecurityException {
        PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, ITERATIONS, HASH_BITS);
        return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA1").generateSecret(spec).getEncoded();
    }
}
