package dev.connectcdc.jms;

import java.util.Arrays;

/** The main class of {@link JavaProcess}: runs another, and ends when the process that started it has ended. */
final class Child {

    private Child() {}

    /** Arguments: the main class, and its arguments. */
    public static void main(String[] args) throws Exception {
        Thread watch = new Thread(Child::endWithParent, "parent-watch");
        watch.setDaemon(true);
        watch.start();
        Class.forName(args[0])
                .getMethod("main", String[].class)
                .invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
        // A server whose threads are all daemons would end now.
        watch.join();
    }

    private static void endWithParent() {
        try {
            while (System.in.read() >= 0) {
                // Nothing is said; only the end counts.
            }
        } catch (java.io.IOException e) {
            // As good as an end.
        }
        Runtime.getRuntime().halt(0);
    }
}
