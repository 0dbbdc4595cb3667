import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Reads a password from standard input and prints the hash that Artemis keeps in artemis-users.properties
 * (the format of its DefaultSensitiveStringCodec). Artemis' own command takes the password as an argument, where
 * everybody who can list processes reads it.
 */
public final class HashPassword {
    private static final int ITERATIONS = 1024;
    private static final int SALT_BYTES = 32;
    private static final int HASH_BITS = 64 * 8;

    private HashPassword() {}

    public static void main(String[] args) throws Exception {
        String password = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        HexFormat hex = HexFormat.of().withUpperCase();
        System.out.println("ENC(" + ITERATIONS + ":" + hex.formatHex(salt) + ":" + hex.formatHex(hash(password, salt)) + ")");
    }

    private static byte[] hash(String password, byte[] salt) throws GeneralSecurityException {
        PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, ITERATIONS, HASH_BITS);
        return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA1").generateSecret(spec).getEncoded();
    }
}
