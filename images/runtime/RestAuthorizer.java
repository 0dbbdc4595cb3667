import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.servlet.http.HttpServletRequest;
import javax.ws.rs.Priorities;
import javax.ws.rs.container.ContainerRequestContext;
import javax.ws.rs.container.ContainerRequestFilter;
import javax.ws.rs.core.Context;
import javax.ws.rs.core.MediaType;
import javax.ws.rs.core.Response;
import org.apache.kafka.connect.rest.ConnectRestExtension;
import org.apache.kafka.connect.rest.ConnectRestExtensionContext;

/**
 * Lets only some certificates use the REST API of a worker, which by itself takes each one of an authority that it trusts. The
 * worker's setting {@code rest.authorizer.principals} has their common names, separated by commas. Requests without TLS pass: a
 * worker that must not take them has no such listener but that of its own health check.
 */
public final class RestAuthorizer implements ConnectRestExtension {
    private List<String> principals = List.of();

    @Override
    public void configure(Map<String, ?> settings) {
        principals = List.of(String.valueOf(settings.get("rest.authorizer.principals")).split(","));
    }

    @Override
    public void register(ConnectRestExtensionContext context) {
        // Before Kafka's filter of users and passwords, whose priority is AUTHENTICATION: filters of one priority have no order
        context.configurable().register(new Filter(principals), Priorities.AUTHENTICATION - 1);
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public void close() {}

    /** Answers 403 to others. */
    public static final class Filter implements ContainerRequestFilter {
        private final List<String> principals;

        @Context
        private HttpServletRequest request;

        private Filter(List<String> principals) {
            this.principals = principals;
        }

        @Override
        public void filter(ContainerRequestContext context) {
            if (!request.isSecure()) return;
            String name = commonName((X509Certificate[]) request.getAttribute("javax.servlet.request.X509Certificate"));
            if (principals.contains(name)) return;
            Map<String, ?> answer = Map.of("error_code", 403, "message", "The certificate of " + name + " has no rights here");
            context.abortWith(Response.status(403).type(MediaType.APPLICATION_JSON_TYPE).entity(answer).build());
        }
    }

    private static String commonName(X509Certificate[] chain) {
        if (chain == null) return "nobody";
        try {
            for (Rdn part : new LdapName(chain[0].getSubjectX500Principal().getName()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) return part.getValue().toString();
            }
        } catch (InvalidNameException error) {
            throw new IllegalStateException(error);
        }
        return "nobody";
    }
}
