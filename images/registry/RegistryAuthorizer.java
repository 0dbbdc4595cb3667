import io.undertow.httpcore.SSLSessionInfo;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.FilterInfo;
import io.undertow.servlet.spec.HttpServletRequestImpl;
import io.undertow.servlet.util.ImmediateInstanceFactory;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.regex.Pattern;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Lets only some certificates change schemas in the registry, which by itself gives all rights to each one of an authority that it
 * trusts. The system property {@code registry.authorizer.writers} has their common names, separated by commas; all others may read.
 * Undertow finds it by its service file, and asks it before the API.
 */
public final class RegistryAuthorizer implements ServletExtension, Filter {
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
    /** What POST only asks for: a schema's id, whether it is compatible, and a search. No dots: a path cannot lead elsewhere. */
    private static final Pattern QUESTION =
            Pattern.compile("/apis/(ccompat/v\\d+/(subjects/[^/;]+|compatibility/[^.;]+)|registry/v\\d+/search/\\w+)");

    private final Set<String> writers = Set.of(System.getProperty("registry.authorizer.writers", "").split(","));

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        deployment.addFilter(new FilterInfo("authorizer", getClass(), new ImmediateInstanceFactory<>(this)));
        deployment.insertFilterUrlMapping(0, "authorizer", "/*", DispatcherType.REQUEST);
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequestImpl http = (HttpServletRequestImpl) request;
        String name = commonName(http);
        if (isReading(http) || name != null && writers.contains(name)) {
            chain.doFilter(request, response);
            return;
        }
        HttpServletResponse answer = (HttpServletResponse) response;
        answer.setStatus(403);
        answer.setContentType("application/json");
        answer.getWriter().print("{\"error_code\":403,\"message\":\"This certificate may only read\"}");
    }

    private static boolean isReading(HttpServletRequestImpl request) {
        String method = request.getMethod();
        return READING.contains(method) || method.equals("POST") && QUESTION.matcher(request.getRequestURI()).matches();
    }

    private static String commonName(HttpServletRequestImpl request) {
        SSLSessionInfo tls = request.getExchange().getDelegate().getSslSessionInfo();
        if (tls == null || tls.getSSLSession() == null) return null;
        try {
            X509Certificate own = (X509Certificate) tls.getSSLSession().getPeerCertificates()[0];
            for (Rdn part : new LdapName(own.getSubjectX500Principal().getName()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) return part.getValue().toString();
            }
            return null;
        } catch (SSLPeerUnverifiedException | InvalidNameException error) {
            return null;
        }
    }
}
