import javax.jms.ConnectionFactory;
import javax.jms.JMSContext;
import javax.jms.Queue;
import javax.jms.TemporaryQueue;
import javax.naming.InitialContext;

/** Finds the connection factory and a queue by jndi.properties on the class path, looks into the queue, and sends itself a message. */
class JndiClient {
    public static void main(String[] args) throws Exception {
        var names = new InitialContext();
        var factory = (ConnectionFactory) names.lookup("ConnectionFactory");
        var queue = (Queue) names.lookup(args[0]);
        try (JMSContext context = factory.createContext()) {
            context.createBrowser(queue).getEnumeration().hasMoreElements();
            System.out.println("browsed " + queue.getQueueName());
            TemporaryQueue own = context.createTemporaryQueue();
            context.createProducer().send(own, "sent");
            System.out.println("received " + context.createConsumer(own).receiveBody(String.class, 10_000));
        }
    }
}
