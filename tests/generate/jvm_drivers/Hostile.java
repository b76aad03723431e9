public final class Hostile {
    public static void main(String[] arguments) {
        for (org.example.kt.labels.Category one : kotlin()) say("kt", one.getLabel());
        for (org.example.jv.labels.Tensors.Category one : java()) say("jv", one.label());
    }

    private static void say(String language, String label) {
        StringBuilder hex = new StringBuilder();
        for (char one : label.toCharArray()) hex.append(String.format("%04x", (int) one));
        System.out.println(language + " " + hex);
    }

    private static java.util.List<org.example.kt.labels.Category> kotlin() {
        return org.example.kt.labels.Labelled.top();
    }

    private static java.util.List<org.example.jv.labels.Tensors.Category> java() {
        return org.example.jv.labels.Labelled.top();
    }
}
