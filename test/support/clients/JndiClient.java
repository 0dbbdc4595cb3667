import javax.jms.ConnectionFactory;
import javax.jms.JMSContext;
import javax.jms.Queue;
import javax.naming.InitialContext;

/** Finds the connection factory and a queue by jndi.properties on the class path; looks into the queue, or sends it a message and takes it. */
class JndiClient {
    public static void main(String[] args) throws Exception {
        var names = new InitialContext();
        var factory = (ConnectionFactory) names.lookup("ConnectionFactory");
        var queue = (Queue) names.lookup(args[0]);
        try (JMSContext context = factory.createContext()) {
            if (args[1].equals("browse")) {
                context.createBrowser(queue).getEnumeration().hasMoreElements();
                System.out.println("browsed " + queue.getQueueName());
            } else {
                context.createProducer().send(queue, "sent");
                var consumer = context.createConsumer(queue);
                // Before it are messages of others
                while (!consumer.receiveBody(String.class, 10_000).equals("sent"));
                System.out.println("received sent");
            }
        }
    }
}
