def handler(event, context):
    return {"doubled": 2 * event["number"]}
