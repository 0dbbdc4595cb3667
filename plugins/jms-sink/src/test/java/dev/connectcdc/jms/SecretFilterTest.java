package dev.connectcdc.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SecretFilterTest {

    private final SecretFilter filter = new JmsSinkConfig(Worker.props(
                    "(tcp://user:url-pass@host:1,tcp://b:2)?keyStorePassword=key-pass;x=1&trustStorePassword=trust-pass",
                    "q",
                    "java.naming.security.credentials", "naming-pass",
                    "jndi.some.Secret", "jndi-pass",
                    "connectionFactory.X", "tcp://c:3?sslEnabled=true&keyStorePassword=factory-pass"))
            .secretFilter();

    @Test
    void everySecretIsHidden() {
        for (String secret : new String[] {
            BrokerMain.PASSWORD, "url-pass", "key-pass", "trust-pass", "naming-pass", "jndi-pass", "factory-pass"
        }) {
            assertEquals("a [hidden] b", filter.clean("a " + secret + " b"), secret);
        }
        assertEquals("tcp://b:2 x=1", filter.clean("tcp://b:2 x=1"));
        assertEquals("", filter.clean(null));
    }

    @Test
    void aSecretWithSeparatorsIsHiddenWholeAndAlsoAsTheClientReadsIt() {
        for (String url : new String[] {
            "tcp://a:1?sslEnabled=true&trustStorePassword=ab,c)d&x=1", "tcp://a:1?trustStorePassword=ab%2Cc%29d"
        }) {
            SecretFilter urls = SecretFilter.of(List.of(), Map.of(), List.of(url));
            assertEquals("[hidden]", urls.clean("ab,c)d"), url);
        }
        assertEquals(
                "tcp://a:1?trustStorePassword=[hidden]&x=1", SecretFilter.cleanUrl("tcp://a:1?trustStorePassword=ab,c&x=1"));
        assertEquals("tcp://a:1?x=1", SecretFilter.cleanUrl("tcp://a:1?x=1"));
    }

    @Test
    void aCauseWithASecretIsLeftOut() {
        Exception clean = new Exception("clean", new Exception("clean too"));
        assertSame(clean, filter.cause(clean));
        assertNull(filter.cause(new Exception("clean", new Exception("key-pass"))));
    }

    @Test
    void anEmptyPasswordHidesNothing() {
        SecretFilter none = new JmsSinkConfig(Worker.props("tcp://a:1", "q", "jms.password", "")).secretFilter();
        assertEquals("text", none.clean("text"));
    }
}
