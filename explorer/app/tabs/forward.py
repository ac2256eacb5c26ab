TITLE = "Forward"
def build(context):
    import gradio as gr
    gr.Markdown("soon")
